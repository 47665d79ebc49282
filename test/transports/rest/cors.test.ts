import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileCors } from '../../../transports/http/cors.ts'
import { request, type Setup, startServer, stopAll, ways } from './rest-harness.ts'

test.after.each(stopAll)

const classes: Setup['classes'] = {
  C: {
    methods: {
      get: {
        http: { verb: 'get', path: '/' },
        returns: { arg: 'r', type: 'any', root: true },
        run: () => 1,
      },
    },
  },
}
const remoting = { errorHandler: { log: false } }
const preflight = {
  Origin: 'http://a',
  'Access-Control-Request-Method': 'GET',
  'Access-Control-Request-Headers': 'x-one',
}

for (const way of ways) {
  test(`${way.name}: N-30: without cors no Access-Control header ever`, async () => {
    const server = await startServer({ classes, remoting, options: way.options })
    for (const [method, path] of [
      ['GET', '/api/C'],
      ['OPTIONS', '/api/C'],
      ['GET', '/api/X'],
    ]) {
      const answer = await request(server, method ?? '', path ?? '', { headers: preflight })
      assert.not.match(answer.text.toLowerCase(), 'access-control')
    }
  })

  for (const profile of ['strict', 'loopback3'] as const) {
    test(`${way.name}, ${profile}: N-30, U-11: a preflight is a 204 with Allow and the CORS headers`, async () => {
      const cors = {
        origin: ['http://a', /b$/],
        credentials: true,
        maxAge: 60,
        exposedHeaders: ['X-Total'],
      }
      const server = await startServer({
        classes,
        profile,
        remoting: { ...remoting, cors },
        options: way.options,
      })
      const answer = await request(server, 'OPTIONS', '/api/C', { headers: preflight })
      assert.is(answer.status, 204)
      assert.is(answer.headers['allow'], 'GET, HEAD')
      assert.is(answer.headers['access-control-allow-origin'], 'http://a')
      assert.is(answer.headers['access-control-allow-credentials'], 'true')
      assert.is(answer.headers['access-control-allow-headers'], 'x-one')
      assert.is(answer.headers['access-control-max-age'], '60')
      assert.match(answer.headers['access-control-allow-methods'] ?? '', 'PATCH')
      assert.is((await request(server, 'OPTIONS', '/api/X', { headers: preflight })).status, 404)
      const plain = await request(server, 'GET', '/api/C', { headers: { Origin: 'http://b' } })
      assert.is(plain.headers['access-control-allow-origin'], 'http://b')
      assert.is(plain.headers['access-control-expose-headers'], 'X-Total')
      assert.is(plain.headers['vary'], 'Origin')
      const foreign = await request(server, 'GET', '/api/X', { headers: { Origin: 'http://c' } })
      assert.is(foreign.headers['access-control-allow-origin'], undefined)
    })
  }
}

test('N-30, CF-19: true alone, credentials for everyone and unknown keys stop the start', () => {
  assert.throws(() => compileCors(true), /options/)
  assert.throws(() => compileCors({ credentials: true }), /credentials/)
  assert.throws(() => compileCors({ origins: ['x'] }), /cors.origins: unknown key/)
  assert.is(compileCors(false), undefined)
  assert.is(compileCors({ origin: false }), undefined)
})

test.run()
