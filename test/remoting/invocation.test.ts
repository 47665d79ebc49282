import { once } from 'node:events'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type CallContext, RemoteError } from 'viaduct'
import { call, openSocket } from '../transports/rest/rest-harness.ts'
import { eventually, method, openApp, rejectionOf, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }
const never = () => new Promise<never>(() => {})
const http = { verb: 'get' }

/** A method that waits for its signal, and what it saw. */
function waiting() {
  const seen: { reason?: unknown; started: number; aborted: number } = { started: 0, aborted: 0 }
  const wait = method({ http }, (_args, { signal }) => {
    seen.started++
    signal.addEventListener('abort', () => {
      seen.aborted++
      seen.reason = signal.reason
    })
    return never()
  })
  return { seen, wait }
}

async function leave(port: number, path: string, started: () => boolean): Promise<void> {
  const socket = await openSocket(port)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await eventually(started, 'the method starts')
  socket.destroy()
}

test('I-13: a client that disconnects aborts the signal of its call, and of no other', async () => {
  const left = waiting()
  const stays = waiting()
  const { port } = await openApp({ methods: { C: { left: left.wait, stays: stays.wait } } })
  const patient = await openSocket(port)
  patient.write('GET /api/C/stays HTTP/1.1\r\nHost: x\r\n\r\n')
  await eventually(() => stays.seen.started === 1, 'the other call starts')
  await leave(port, '/api/C/left', () => left.seen.started === 1)
  await eventually(() => left.seen.aborted === 1, 'the signal aborts')
  assert.is(stays.seen.aborted, 0)
  patient.destroy()
})

test('I-13: the signal also aborts in hooks, and for a client that leaves after its body arrived', async () => {
  const trace: string[] = []
  const { port } = await openApp(
    {
      remoting: quiet,
      methods: {
        C: { m: method({ accepts: [{ arg: 'a' }], http: { verb: 'post' } }, () => undefined) },
      },
    },
    (app) =>
      app.before('C.m', ({ signal }) => {
        trace.push('hook')
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            trace.push('aborted')
            resolve(undefined)
          }),
        )
      }),
  )
  const socket = await openSocket(port)
  socket.write(
    'POST /api/C/m HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
  )
  await eventually(() => trace.includes('hook'), 'the hook starts')
  socket.destroy()
  await eventually(() => trace.includes('aborted'), 'the signal aborts')
})

test('I-13: the signal does not abort when the answer was written', async () => {
  let signal: AbortSignal | undefined
  const { port } = await openApp({
    methods: {
      C: {
        m: method({ http }, (_args, context) => {
          signal = context.signal
        }),
      },
    },
  })
  const socket = await openSocket(port)
  socket.write('GET /api/C/m HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.destroy()
  await once(socket, 'close')
  assert.is((await call({ port }, 'GET', '/api/C/m')).status, 204)
  assert.is(signal?.aborted, false)
})

test('I-13: in process the signal of the caller is the signal of the call, with its reason', async () => {
  const seen: unknown[] = []
  const wait = method({}, (_args, { signal }) => {
    seen.push('started')
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        seen.push(signal.reason)
        reject(new Error('left'))
      }),
    )
  })
  const { local } = await openApp({ methods: { C: { wait } } })
  const controller = new AbortController()
  const pending = rejectionOf(local.invoke('C.wait', {}, { signal: controller.signal }))
  await eventually(() => seen.length === 1, 'the method starts')
  const reason = new Error('enough')
  controller.abort(reason)
  await pending
  assert.is(seen[1], reason)
  await rejectionOf(local.invoke('C.wait', {}, { signal: AbortSignal.abort(reason) }))
  assert.is(seen.length, 2)
})

test('I-7, I-13: a method that never settles is a 503 with its code; the signal aborts, the late result is dropped', async () => {
  const { seen, wait } = waiting()
  let late: (value: unknown) => void = () => {}
  const { port } = await openApp({
    remoting: quiet,
    invocationTimeout: 15,
    methods: {
      C: {
        wait,
        late: method(
          { http, returns: { arg: 'r', root: true } },
          () =>
            new Promise((resolve) => {
              late = resolve
            }),
        ),
      },
    },
  })
  const { status, body } = await call({ port }, 'GET', '/api/C/wait')
  assert.is(status, 503)
  assert.is(seen.aborted, 1)
  assert.is((seen.reason as RemoteError).reason, 'INVOCATION_TIMEOUT')
  const { error } = body as { error: Readonly<Record<string, unknown>> }
  assert.is(error['statusCode'], 503)
  assert.is((await call({ port }, 'GET', '/api/C/late')).status, 503)
  late('too late')
  assert.is((await call({ port }, 'GET', '/api/C/late')).status, 503)
})

test('I-7: the time counts for hooks too, and 0 means no limit', async () => {
  const methods = { C: { m: method({ http }, () => undefined) } }
  const limited = await openApp({ remoting: quiet, invocationTimeout: 10, methods }, (app) =>
    app.before('**', never),
  )
  assert.is((await call(limited, 'GET', '/api/C/m')).status, 503)
  const deadlines: unknown[] = []
  const open = await openApp({ invocationTimeout: 0, methods }, (app) =>
    app.before('**', ({ deadline }) => deadlines.push(deadline)),
  )
  assert.is((await call(open, 'GET', '/api/C/m')).status, 204)
  assert.equal(deadlines, [undefined])
})

test('I-7: a stream that has started outlives the timeout', async () => {
  const { port } = await openApp({
    invocationTimeout: 15,
    remoting: { ...quiet, streams: { closeAfterEnd: 0 } },
    methods: {
      C: {
        slow: method(
          { http, returns: { arg: 's', type: 'ReadableStream', json: true } },
          async function* () {
            yield 1
            await new Promise((resolve) => setTimeout(resolve, 40))
            yield 2
          },
        ),
      },
    },
  })
  const { status, body } = await call({ port }, 'GET', '/api/C/slow')
  assert.is(status, 200)
  assert.match(String(body), 'data: 2\n\nevent: end')
})

test('a deadline of the caller ends the call, and the earlier of the two limits counts', async () => {
  const { seen, wait } = waiting()
  const deadlines: (number | undefined)[] = []
  const { local } = await openApp({ invocationTimeout: 60_000, methods: { C: { wait } } }, (app) =>
    app.before('**', ({ deadline }) => deadlines.push(deadline)),
  )
  const soon = Date.now() + 15
  const failure = await rejectionOf(local.invoke('C.wait', {}, { deadline: soon }))
  assert.is(failure['reason'], 'DEADLINE_EXCEEDED')
  assert.is(failure['statusCode'], 504)
  assert.is(seen.aborted, 1)
  assert.equal(deadlines, [soon])
})

test('I-7: a throw before the first await is an ordinary error, a plain value the result', async () => {
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      C: {
        throws: method({ http }, () => {
          throw new RemoteError('at once', { statusCode: 409 })
        }),
        plain: method({ http, returns: { arg: 'r', root: true } }, () => 5),
      },
    },
  })
  assert.is((await call({ port }, 'GET', '/api/C/throws')).status, 409)
  assert.is((await call({ port }, 'GET', '/api/C/plain')).body, 5)
})

test('I-8, I-9: envelopes are decoded at any depth of typed arguments, over HTTP and in process', async () => {
  const seen: unknown[] = []
  const note = method(
    { accepts: [{ arg: 'a', type: 'any' }], http: { verb: 'post' } },
    ({ a }) => void seen.push(a),
  )
  const { port, local } = await openApp({ remoting: quiet, methods: { C: { note } } })
  const a = {
    deep: [{ $type: 'date', $data: 0 }],
    bytes: { $type: 'base64', $data: 'aGk=' },
  }
  await call({ port }, 'POST', '/api/C/note', { a })
  await local.invoke('C.note', { a })
  for (const value of seen) assert.equal(value, { deep: [new Date(0)], bytes: Buffer.from('hi') })
  assert.is(seen.length, 2)
})

test('I-11: any rejection is an error over HTTP, falsy reasons answer 500', async () => {
  for (const reason of [undefined, null, 0, '', false, Number.NaN]) {
    const { port } = await openApp({
      remoting: quiet,
      methods: { C: { m: method({ http }, () => Promise.reject(reason)) } },
    })
    const { status, body } = await call({ port }, 'GET', '/api/C/m')
    assert.is(status, 500, String(reason))
    assert.equal(body, { error: { statusCode: 500, message: 'Internal Server Error' } })
    await stopAll()
  }
})

test('I-12: a result that can not be shaped runs afterError and is a 500, never an unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const errors: unknown[] = []
  const { port } = await openApp(
    {
      remoting: quiet,
      methods: {
        C: {
          m: method({ http, returns: { arg: 'r', type: 'integer', root: true } }, async () => 'x'),
        },
      },
    },
    (app) => app.afterError('C.m', ({ error }) => errors.push((error as Error).message)),
  )
  assert.is((await call({ port }, 'GET', '/api/C/m')).status, 500)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  assert.equal(unhandled, [])
  assert.is(errors.length, 1)
  assert.match(String(errors[0]), 'safe integer')
})

test('I-3, I-5: a value a hook put in place of an argument is checked before the call', async () => {
  const { port, local } = await openApp(
    {
      remoting: quiet,
      methods: {
        C: {
          m: method(
            { accepts: [{ arg: 'a', type: 'number', required: true }], http },
            () => undefined,
          ),
        },
      },
    },
    (app) =>
      app.before('C.m', ({ args }: CallContext) => {
        args['a'] = args['a'] === 1 ? 'text' : null
      }),
  )
  const { status, body } = await call({ port }, 'GET', '/api/C/m?a=1')
  assert.is(status, 400)
  const { error } = body as { error: { message: string } }
  assert.is(error.message, 'Invalid argument "a". Value is not a number.')
  const failure = await rejectionOf(local.invoke('C.m', { a: 2 }))
  assert.is(failure['message'], 'a is a required argument')
})

test.run()
