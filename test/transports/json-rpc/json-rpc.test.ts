import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startServer, stopAll } from './json-rpc-server.ts'

test.after.each(stopAll)

const version = { jsonrpc: '2.0' } as const
const call = (method: string, params?: unknown, id: unknown = 1) => ({
  ...version,
  id,
  method,
  params,
})
const notice = (method: string, params?: unknown) => ({ ...version, method, params })
const endpoint = '/api/Plain/jsonrpc'

for (const profile of ['strict', 'loopback3'] as const) {
  const start = (setup: Parameters<typeof startServer>[0] = {}) =>
    startServer({ profile, ...setup })

  test(`${profile}: J-1: statics by bare name, prototype methods by prototype.<name> or their bare name`, async () => {
    const { ask } = await start()
    assert.is((await ask('Plain', 'add', [1, 2]))['result'], 3)
    assert.is((await ask('Thing', 'prototype.name', [7]))['result'], 'thing 7')
    assert.is((await ask('Thing', 'prototype.name', { id: 7 }))['result'], 'thing 7')
    assert.is((await ask('Thing', 'name', [8]))['result'], 'thing 8')
    assert.is((await ask('Thing', 'prototype.rename', [7, 'Ada']))['result'], 'thing 7 is Ada')
    assert.is((await ask('Thing', 'rename', { id: 7, to: 'Ada' }))['result'], 'thing 7 is Ada')
  })

  test(`${profile}: J-2: params by position or by name; missing optional ones are left out`, async () => {
    const { ask } = await start()
    assert.is((await ask('Plain', 'add', { b: 2, a: 1 }))['result'], 3)
    assert.is((await ask('Plain', 'add', [1]))['result'], 11)
    assert.is((await ask('Plain', 'add', { a: 1, unknown: true }))['result'], 11)
    assert.is((await ask('Plain', 'nothing'))['result'], null)
  })

  test(`${profile}: J-2, J-8: too many params, missing ones and wrong ones are -32602`, async () => {
    const { ask, trace } = await start()
    for (const params of [[1, 2, 3], [], {}, ['x'], { a: 1, b: 'x' }]) {
      const { error, id } = await ask('Plain', 'add', params)
      const { code, message, data } = error as Record<string, unknown>
      assert.equal([id, code, message], [1, -32602, 'Invalid params'])
      assert.is((data as Record<string, unknown>)['statusCode'], 400)
    }
    assert.equal(trace, [])
    const { error } = await ask('Thing', 'rename', [1, 'Ada', 'too many'])
    assert.is((error as Record<string, unknown>)['code'], -32602)
    assert.is(
      ((await ask('Thing', 'name', []))['error'] as Record<string, unknown>)['code'],
      -32602,
    )
  })

  test(`${profile}: J-6: the answer is 200 with version, id and result`, async () => {
    const { send } = await start()
    const { status, text, headers } = await send(
      endpoint,
      JSON.stringify(call('add', [1, 2], 'a"b')),
    )
    assert.is(status, 200)
    assert.is(text, '{"jsonrpc":"2.0","id":"a\\"b","result":3}')
    assert.is(headers['content-type'], 'application/json; charset=utf-8')
    assert.is(
      (await send(endpoint, JSON.stringify(call('nothing', [], null)))).text,
      '{"jsonrpc":"2.0","id":null,"result":null}',
    )
  })

  test(`${profile}: J-7: an unknown method is -32601`, async () => {
    const { ask, send } = await start()
    const error = { code: -32601, message: 'Method not found' }
    for (const key of [
      'nowhere',
      'prototype.add',
      'Plain.add',
      '__proto__',
      'constructor',
      '',
      '.'.repeat(100_000),
    ]) {
      assert.equal(await ask('Plain', key, []), { ...version, id: 1, error })
    }
    const { text } = await send('/api/jsonrpc', JSON.stringify(call('Nowhere.find')))
    assert.equal(JSON.parse(text), { ...version, id: 1, error })
  })

  test(`${profile}: J-9: what is no request is -32600 with id null`, async () => {
    const { send } = await start()
    for (const body of [
      {},
      5,
      'x',
      null,
      [],
      { id: 1, method: 'add' },
      { ...version, id: 1 },
      { ...version, id: 1, method: 5 },
      { ...version, id: {}, method: 'add' },
      { ...version, id: 1, method: 'add', params: 'x' },
      { ...version, id: 1, method: 'add', params: null },
    ]) {
      const { status, text } = await send(endpoint, JSON.stringify(body))
      assert.is(status, 200)
      assert.equal(
        JSON.parse(text),
        { ...version, id: null, error: { code: -32600, message: 'Invalid Request' } },
        JSON.stringify(body),
      )
    }
  })

  test(`${profile}: J-10, E-16: a failing method is -32603; 4xx show their members, 5xx the status only`, async () => {
    const { ask } = await start()
    const status = (code: number) =>
      profile === 'loopback3' ? { statusCode: code, status: code } : { statusCode: code }
    const failure = async (key: string) => (await ask('Plain', key, []))['error']
    assert.equal(await failure('missing'), {
      code: -32603,
      message: 'Internal error',
      data: {
        ...status(404),
        name: 'Error',
        message: 'no such thing',
        code: 'MODEL_NOT_FOUND',
        details: { id: 7 },
      },
    })
    assert.equal(await failure('secret'), {
      code: -32603,
      message: 'Internal error',
      data: status(500),
    })
    assert.equal(await failure('cycle'), {
      code: -32603,
      message: 'Internal error',
      data: status(500),
    })
    assert.equal(await failure('refuses'), {
      code: -32603,
      message: 'Internal error',
      data: { ...status(400), name: 'Error', message: 'a bad state' },
    })
  })

  test(`${profile}: J-11: an error with a numeric code is passed through`, async () => {
    const { ask } = await start()
    assert.equal((await ask('Plain', 'coded', []))['error'], { code: 5, message: 'q' })
  })

  test(`${profile}: J-12: malformed JSON is a 400 without a stack`, async () => {
    const { send } = await start()
    const error =
      profile === 'strict'
        ? { code: -32700, message: 'Parse error' }
        : { code: -32000, message: 'Server error' }
    for (const body of ['{"jsonrpc":', '', ' ', '{]', '\u0000']) {
      const { status, text } = await send(endpoint, body)
      assert.is(status, 400)
      assert.equal(JSON.parse(text), { ...version, id: null, error })
    }
  })

  test(`${profile}: J-13: a body beyond the limit is a 413`, async () => {
    const { send } = await start({ options: { maxBytes: 1000 } })
    const { status } = await send(endpoint, JSON.stringify(call('add', ['x'.repeat(1000)])))
    assert.is(status, 413)
    assert.is((await send(endpoint, JSON.stringify(call('add', [1])))).status, 200)
  })

  test(`${profile}: J-3: hooks and authorization guard every call of a batch`, async () => {
    const { send, trace } = await start({
      prepare: (app) =>
        app.authorize(({ methodString }) => {
          if (methodString === 'Plain.add') {
            throw Object.assign(new Error('no'), {
              statusCode: 401,
              code: 'AUTHORIZATION_REQUIRED',
            })
          }
        }),
    })
    const { text } = await send(
      endpoint,
      JSON.stringify([call('one', [], 1), call('add', [1, 2], 2), notice('add', [1, 2])]),
    )
    const [first, second, ...more] = JSON.parse(text)
    assert.is(first.result, 7)
    assert.is(second.error.data.statusCode, 401)
    assert.is(second.error.data.code, 'AUTHORIZATION_REQUIRED')
    assert.equal(more, [])
    assert.equal(trace, [])
  })

  test(`${profile}: J-5: root and single returns are the value itself, several depend on the profile`, async () => {
    const { ask } = await start()
    assert.is((await ask('Plain', 'one'))['result'], 7)
    assert.equal((await ask('Plain', 'two'))['result'], profile === 'strict' ? { x: 1, y: 'b' } : 1)
    const switched = await start({ compat: { 'J-5': profile === 'strict' } })
    assert.equal(
      (await switched.ask('Plain', 'two'))['result'],
      profile === 'strict' ? 1 : { x: 1, y: 'b' },
    )
  })
}

test('J-4: a batch answers with one response per request that has an id', async () => {
  const { send, trace } = await startServer()
  const batch = [
    call('add', [1, 1], 1),
    notice('add', [2, 2]),
    call('nowhere', [], 'two'),
    5,
    call('add', ['x'], 3),
    notice('nowhere'),
    notice('secret'),
  ]
  const { status, text } = await send(endpoint, JSON.stringify(batch))
  assert.is(status, 200)
  const answers = JSON.parse(text) as { id: unknown; result?: unknown; error?: { code: number } }[]
  assert.equal(
    answers.map(({ id, result, error }) => [id, result ?? error?.code]),
    [
      [1, 2],
      ['two', -32601],
      [null, -32600],
      [3, -32602],
    ],
  )
  assert.equal(trace, ['add 1 1', 'add 2 2'])
})

test('J-4: notifications alone answer 204 once their calls have run', async () => {
  const { send, trace } = await startServer()
  for (const body of [notice('add', [1, 2]), [notice('add', [3, 4]), notice('secret')]]) {
    const { status, text } = await send(endpoint, JSON.stringify(body))
    assert.equal([status, text], [204, ''])
  }
  assert.equal(trace, ['add 1 2', 'add 3 4'])
})

test('the endpoint without a class takes full names, across classes', async () => {
  const { send, app } = await startServer()
  const batch = [
    call('Plain.add', [1, 2], 1),
    call('Thing.prototype.name', [7], 2),
    call('Thing.prototype.rename', { id: 8, to: 'x' }, 3),
    call('Thing.name', [7], 4),
  ]
  const { text } = await send('/api/jsonrpc', JSON.stringify(batch))
  assert.equal(
    (JSON.parse(text) as { result: unknown }[]).map(({ result }) => result),
    [3, 'thing 7', 'thing 8 is x', undefined],
  )
  assert.ok(app.addresses.every((address) => address.endsWith('/api/jsonrpc')))
})

test('a method that answers a stream is refused ahead of any effect', async () => {
  const { ask, trace } = await startServer()
  const { error } = await ask('Plain', 'items', [])
  assert.equal(error, { code: -32603, message: 'Internal error', data: { statusCode: 501 } })
  assert.equal(trace, [])
})

test('errorHandler.safeFields and debug decide what data holds, never the stack', async () => {
  const { ask } = await startServer({ options: { errorHandler: { debug: true, log: false } } })
  const { error } = await ask('Plain', 'secret', [])
  const { data } = error as { data: Record<string, unknown> }
  assert.is(data['message'], 'the password is 1234')
  assert.is('stack' in data, false)
})

test('failed calls are logged, failed notifications too', async () => {
  const logged: string[] = []
  const quiet = () => {}
  const logger = { info: quiet, warn: quiet, error: (message: string) => void logged.push(message) }
  const { send } = await startServer({ logger })
  await send(endpoint, JSON.stringify([call('secret'), notice('missing')]))
  assert.equal(logged, ['json-rpc Plain.secret failed', 'json-rpc Plain.missing failed'])
})

test.run()
