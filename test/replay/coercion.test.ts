import { isDeepStrictEqual } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, sharedMethods, silentLogger } from 'viaduct'
import { rest } from 'viaduct/transports/rest'
import { type RunningServer, startServer } from '../support/servers.ts'
import { tag } from '../vectors/coercion-http/tag.mjs'
import {
  type CoercionVector,
  type EchoAnswer,
  EchoClient,
  readCoercionVectors,
  readEchoMethods,
  receivesPrototypeKey,
} from './coercion.ts'
import { shorten } from './compare.ts'
import { readDecided, satisfies } from './decision.ts'

const method = sharedMethods()
const echoMethods = readEchoMethods().map(
  ({ name, verb, path, accepts, returns }) =>
    [
      name,
      method(
        { accepts, returns, http: { verb, path } },
        (args: Readonly<Record<string, unknown>>) => tag(args.a),
      ),
    ] as const,
)
const app = createApp({
  profile: 'loopback3',
  methods: { Echo: Object.fromEntries(echoMethods) },
  logger: silentLogger,
}).install(rest({ path: '/' }))

/** Started by the first test; if that fails, every test fails with the reason. */
let running: Promise<{ readonly server: RunningServer; readonly client: EchoClient }> | undefined

function start(): NonNullable<typeof running> {
  running ??= startServer(app).then((server) => ({
    server,
    client: new EchoClient(server.address),
  }))
  return running
}

test.after(async () => {
  const started = await running?.catch(() => undefined)
  started?.client.close()
  await started?.server.stop()
})

const decided = readDecided('conversions')

/** What is wrong with the answer to one vector. A member `__proto__` is refused where LoopBack lets it in. */
async function faultOf(vector: CoercionVector): Promise<string[]> {
  const { client } = await start()
  const answer = await client.send(vector)
  const same =
    answer.status === vector.response.status &&
    isDeepStrictEqual(answer.result, vector.response.result)
  const decision = decided.get(vector.id)
  if (decision !== undefined) {
    if (same) return [`${vector.id}: identical now, remove it from decided.json`]
    return satisfies(decision, answer) ? [] : [describe(vector, answer)]
  }
  const fine = receivesPrototypeKey(vector) ? answer.status === 400 : same
  return fine ? [] : [describe(vector, answer)]
}

function describe({ id, request, response }: CoercionVector, answer: EchoAnswer): string {
  const input = shorten(request.body ?? request.headers)
  const expected = `${response.status} ${shorten(response.result)}`
  return `${id} ${request.path} ${input}: ${expected} -> ${answer.status} ${shorten(answer.result)}`
}

for (const [group, vectors] of readCoercionVectors()) {
  test(`T-1: ${group}: ${vectors.length} recorded conversions`, async () => {
    const faults = (await Promise.all(vectors.map(faultOf))).flat()
    assert.is(faults.join('\n'), '')
  })
}

test.run()
