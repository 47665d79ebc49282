import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from '../../../core/index.ts'
import type { HttpRequest } from '../../../core/spi.ts'
import { rest } from '../../../transports/rest/index.ts'
import { call, request, type Setup, startServer, stopAll, ways } from '../rest/rest-harness.ts'

test.after.each(stopAll)

const classes: Setup['classes'] = {
  P: {
    methods: {
      whence: {
        http: { verb: 'get', path: '/whence' },
        returns: { arg: 'r', type: 'any', root: true },
        run: (_args, { request }: { readonly request: HttpRequest }) => {
          const { ip, protocol, host } = request
          return [ip, protocol, host]
        },
      },
    },
  },
}

const forwarded = {
  'X-Forwarded-For': '9.9.9.9, 203.0.113.7,10.0.0.1',
  'X-Forwarded-Proto': 'HTTPS',
  'X-Forwarded-Host': 'shop.example:8443, inner',
}

for (const way of ways) {
  const whence = async (
    server: NonNullable<Setup['options']>['server'],
    headers: Record<string, string> = forwarded,
  ): Promise<unknown> => {
    const started = await startServer({
      classes,
      options: { ...way.options, ...(server === undefined ? {} : { server }) },
    })
    return (await call(started, 'GET', '/api/P/whence', undefined, headers)).body
  }

  test(`${way.name}: what proxies say is ignored unless they are trusted`, async () => {
    const own = ['127.0.0.1', 'http', 'test']
    assert.equal(await whence(undefined), own)
    assert.equal(await whence({ trustProxy: false }), own)
    assert.equal(await whence({ trustProxy: true }, {}), own)
  })

  test(`${way.name}: trustProxy: true takes address, protocol and host from the first proxy's words`, async () => {
    assert.equal(await whence({ trustProxy: true }), ['9.9.9.9', 'https', 'shop.example:8443'])
  })

  test(`${way.name}: trustProxy: n believes the last n proxies only`, async () => {
    assert.equal(await whence({ trustProxy: 2 }), ['203.0.113.7', 'https', 'shop.example:8443'])
    assert.equal(await whence({ trustProxy: 1 }), ['10.0.0.1', 'https', 'inner'])
    assert.equal(await whence({ trustProxy: 9 }), ['9.9.9.9', 'https', 'shop.example:8443'])
  })

  test(`${way.name}: a protocol and a host that are none are not believed`, async () => {
    const odd = {
      'X-Forwarded-Proto': 'gopher',
      'X-Forwarded-Host': 'a/b@c',
      'X-Forwarded-For': ' , ',
    }
    assert.equal(await whence({ trustProxy: true }, odd), ['127.0.0.1', 'http', 'test'])
  })
}

test('Koa middleware sees what the methods see', async () => {
  const server = await startServer({
    classes,
    options: {
      server: { trustProxy: 2 },
      phases: {
        initial: (context) => {
          context.body = [context.ip, context.protocol, context.secure].join(' ')
        },
      },
    },
  })
  const { body } = await request(server, 'GET', '/api/P/whence', { headers: forwarded })
  assert.is(body, '203.0.113.7 https true')
})

test('trustProxy is true, false, or a whole number from 1', async () => {
  for (const trustProxy of [0, -1, 1.5, 'loopback', null]) {
    const app = createApp({ logger: silentLogger }).install(
      rest({ server: { trustProxy: trustProxy as never } }),
    )
    const error = await app.start({ port: 0 }).catch((reason: unknown) => reason)
    assert.match(String(error), /server\.trustProxy: expected/, String(trustProxy))
  }
})

test.run()
