import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, sharedMethods, silentLogger } from '../../../core/index.ts'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { nextMessage } from '../../../transports/session/pipe.ts'
import { joinedPipes } from '../../../transports/session/queue-pipe.ts'
import type { SessionHost } from '../../../transports/session/session-host.ts'
import { createSessionHost } from '../../../transports/session/session-options.ts'

/** Sends one message to a fresh session and answers the reply frames, acknowledgements left out. */
async function ask(
  methods: Readonly<Record<string, ReturnType<ReturnType<typeof sharedMethods>>>>,
  frames: readonly unknown[],
  expected: number,
): Promise<unknown[][]> {
  let host: SessionHost | undefined
  const app = createApp({ models: {}, classes: { T: { methods } }, logger: silentLogger }).install({
    kind: 'transport',
    name: 'pipes',
    supports: {
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    },
    async listen(environment) {
      const opened = createSessionHost('pipes', { limits: { maxConcurrentCalls: 50 } }, environment)
      host = opened
      return { addresses: [], close: (signal) => opened.close(signal) }
    },
  })
  await app.start()
  try {
    const [client, server] = joinedPipes()
    void host?.accept(server, { codecs: [jsonCodec], metadata: {} })
    await client.send('[[0,{"version":1}]]')
    await nextMessage(client)
    await client.send(JSON.stringify(frames))
    const replies: unknown[][] = []
    while (replies.length < expected) {
      const message = JSON.parse(String(await nextMessage(client))) as unknown[][] // a server's message
      replies.push(...message.filter(([kind]) => kind === 3 || kind === 4))
    }
    return replies
  } finally {
    await app.stop()
  }
}

const method = sharedMethods()

test('calls answered at once count, too: one message is no way round the limit', async () => {
  let runs = 0
  const get = method({}, () => ++runs)
  const calls = Array.from({ length: 80 }, (_, index) => [2, index + 1, 'T.get', {}])
  const replies = await ask({ get }, calls, 80)
  assert.is(runs, 50)
  assert.is(replies.filter(([kind]) => kind === 4).length, 30)
})

test('a reference sees what the reply holds, not what the method had in hand', async () => {
  class User {
    readonly name = 'ann'
    readonly password = 'secret'
    toJSON() {
      return { name: this.name }
    }
  }
  const user = method({ returns: { arg: 'r', type: 'object', root: true } }, () => new User())
  const failed = method({ returns: { arg: 'r', type: 'object', root: true } }, () => ({
    problem: new Error('no'),
  }))
  const echo = method(
    { accepts: { v: 'any' }, returns: { arg: 'r', type: 'any', root: true } },
    ({ v }) => v ?? 'nothing',
  )
  const ref = (id: number, ...path: string[]) => ({ v: { $: ['ref', id, path] } })
  const frames = [
    [2, 1, 'T.user', {}],
    [2, 2, 'T.failed', {}],
    [2, 3, 'T.echo', ref(1)],
    [2, 4, 'T.echo', ref(1, 'password')],
    [2, 5, 'T.echo', ref(2, 'problem', 'stack')],
  ]
  const replies = await ask({ user, failed, echo }, frames, 5)
  const byId = new Map(replies.map((frame) => [frame[1], frame]))
  assert.equal(byId.get(3), [3, 3, { name: 'ann' }])
  assert.not.match(JSON.stringify(replies), /secret|\.ts:/)
  assert.is(byId.get(5)?.[0], 4)
})

test('a result whose then can not be read fails its call alone', async () => {
  const unreadable = {
    get() {
      throw new Error('not now')
    },
  }
  const bad = method({ returns: { arg: 'r', type: 'any', root: true } }, () =>
    Object.defineProperty({}, 'then', unreadable),
  )
  const good = method({ returns: { arg: 'r', type: 'any', root: true } }, () => 1)
  const replies = await ask(
    { bad, good },
    [
      [2, 1, 'T.bad', {}],
      [2, 2, 'T.good', {}],
    ],
    2,
  )
  const kinds = new Map(replies.map(([kind, id]) => [id, kind]))
  assert.equal([kinds.get(1), kinds.get(2)], [4, 3])
})

test.run()
