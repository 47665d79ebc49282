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
  claims: { deadlines: true, originalErrors: true, limits: false },
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

/** `__proto__` as an own member at the end of a path. */
const reserved = (open: string, close: string): unknown =>
  JSON.parse(`${open}{"__proto__":{"isAdmin":true}}${close}`)

test('Q-11: an own member __proto__ of an argument is refused at every depth', async () => {
  const local = inProcess()
  const seen: unknown[] = []
  const app = createApp({
    logger: silentLogger,
    classes: {
      Kept: {
        sharedCtor: method({ accepts: [{ arg: 'id', type: 'any' }] }, ({ id }) => ({ id })),
      },
    },
    methods: {
      Kept: {
        take: method({ accepts: [{ arg: 'a', type: 'any' }] }, ({ a }) => void seen.push(a)),
        touch: method({ isStatic: false, accepts: [] }, (_args, context) => {
          seen.push(context.instance)
        }),
      },
    },
  }).install(local)
  await app.start()
  const deep = reserved('{"a":[{"b":'.repeat(40), '}]}'.repeat(40))
  const hostile = [
    reserved('', ''),
    reserved('[', ']'),
    reserved('{"a":{"b":[1,', ']}}'),
    deep,
    new Map([['k', reserved('', '')]]),
    new Map([[reserved('', ''), 'k']]),
    new Set([reserved('[[', ']]')]),
    Object.assign(Object.create(null), { a: reserved('', '') }),
  ]
  const failure = async (run: Promise<unknown>): Promise<RemoteError> => {
    const error = await run.then(
      () => assert.unreachable(),
      (reason: unknown) => reason,
    )
    assert.instance(error, RemoteError)
    return error as RemoteError // checked
  }
  for (const a of hostile) {
    const { reason, statusCode } = await failure(local.invoke('Kept.take', { a }))
    assert.equal([reason, statusCode], ['RESERVED_KEY', 400])
  }
  const ctorArgs = { id: reserved('{"a":', '}') }
  const loading = await failure(local.invoke('Kept.prototype.touch', {}, { ctorArgs }))
  assert.is(loading.reason, 'RESERVED_KEY')
  assert.equal(seen, [])
  await local.invoke('Kept.take', { a: { constructor: 'x', prototype: [], proto: '__proto__' } })
  assert.is(seen.length, 1)
  const circle = new Map<unknown, unknown>()
  circle.set(circle, 1)
  assert.match(String(await failure(local.invoke('Kept.take', { a: circle }))), 'circular')
  await app.stop()
})

test('Q-11: an own member __proto__ of a result or of an item stays behind', async () => {
  const local = inProcess()
  const app = createApp({
    logger: silentLogger,
    methods: {
      Kept: {
        make: method({ accepts: [], returns: { arg: 'r', type: 'any', root: true } }, () =>
          reserved('{"b":2,"a":', '}'),
        ),
        items: method({ accepts: [], returns: streamOf(z.any()) }, async function* () {
          yield reserved('[', ']')
        }),
        named: method(
          { accepts: [], returns: { arg: 'r', type: 'any', root: true } },
          (_args, context) => [
            typeof context.getArgByName('__proto__'),
            typeof context.getArgByName('toString'),
          ],
        ),
      },
    },
  }).install(local)
  await app.start()
  assert.equal(await local.invoke('Kept.make'), { b: 2, a: {} })
  const items = (await local.invoke('Kept.items')) as AsyncIterable<unknown> // it streams
  for await (const item of items) assert.equal(item, [{}])
  assert.equal(await local.invoke('Kept.named', {}), ['undefined', 'undefined'])
  await app.stop()
})

test.run()
