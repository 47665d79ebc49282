import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { createApp, sharedMethods, silentLogger, streamOf } from '../../../core/index.ts'
import { RemoteError, type Transport } from '../../../core/spi.ts'
import { type InProcessTransport, inProcess } from '../../../transports/in-process/index.ts'
import { type ClientCallOptions, transportConformance } from '../../conformance/transport/index.ts'

const method = sharedMethods()

/** A failure of the pipeline arrives as the error itself; other values are shown as the 500 they are. */
function asFailure(reason: unknown): never {
  if (reason instanceof RemoteError) {
    const { statusCode, name, message, wireCode, details } = reason
    throw { statusCode, name, message, code: wireCode, details }
  }
  if (typeof reason === 'object' && reason !== null) {
    if (!('statusCode' in reason)) Object.assign(reason, { statusCode: 500 })
    throw reason
  }
  throw { statusCode: 500, message: String(reason) }
}

transportConformance((name, run) => test(name, run), {
  name: 'in-process',
  create: inProcess,
  claims: { deadlines: true, originalErrors: true, reservedKeys: true, limits: false },
  async dial(_app, transport: Transport) {
    const { invoke } = transport as InProcessTransport // made by create above
    const invokeOptions = ({ timeoutMs, ...options }: ClientCallOptions = {}) =>
      timeoutMs === undefined ? options : { ...options, deadline: Date.now() + timeoutMs }
    return {
      call: (name, args, options) => invoke(name, args, invokeOptions(options)).catch(asFailure),
      async *stream(name, args, options) {
        const items = await invoke(name, args, invokeOptions(options)).catch(asFailure)
        try {
          yield* items as AsyncIterable<unknown>
        } catch (reason) {
          asFailure(reason)
        }
      },
      close: async () => {},
    }
  },
})

test('I-13: aborting ends a stream whose source does not look at the signal', async () => {
  const local = inProcess()
  const left: string[] = []
  const app = createApp({
    logger: silentLogger,
    methods: {
      Endless: {
        ticks: method({ accepts: [], returns: streamOf(z.number()) }, async function* () {
          try {
            for (let n = 0; ; n++) {
              await new Promise((resolve) => setTimeout(resolve, 1))
              yield n
            }
          } finally {
            left.push('left')
          }
        }),
      },
    },
  }).install(local)
  await app.start()
  const leave = new AbortController()
  const items = (await local.invoke(
    'Endless.ticks',
    {},
    { signal: leave.signal },
  )) as AsyncIterable<number> // it streams
  let last = -1
  try {
    for await (const item of items) {
      last = item
      if (item === 3) leave.abort(new Error('enough'))
    }
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).message, 'enough')
  }
  assert.is(last, 3)
  for (let i = 0; i < 100 && left.length === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 2))
  assert.equal(left, ['left'])
  await app.stop()
})

test('maps and sets are copied like everything else', async () => {
  const local = inProcess()
  const app = createApp({
    logger: silentLogger,
    methods: {
      Kept: {
        add: method(
          { accepts: [{ arg: 'a', type: 'any' }], returns: { arg: 'r', root: true } },
          ({ a }) => {
            ;(a as Map<string, string[]>).get('k')?.push('changed')
            return a
          },
        ),
      },
    },
  }).install(local)
  await app.start()
  const given = new Map([['k', ['v']]])
  const answer = await local.invoke('Kept.add', { a: given })
  assert.equal(given, new Map([['k', ['v']]]))
  assert.equal(answer, new Map([['k', ['v', 'changed']]]))
  await app.stop()
})

test.run()
