import assert from 'node:assert/strict'
import { z } from 'zod'
import { type App, notFound, RemoteError, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

const own = <const Accepts extends Readonly<Record<string, z.ZodType>>>(
  path: string,
  accepts: Accepts,
) => ({
  accepts,
  isStatic: false,
  returns: root,
  http: { verb: 'post', path },
})

/** A class whose instances are loaded by number; some numbers fail in their own way. */
function classes(prepare: { loads: number } = { loads: 0 }) {
  return {
    Ship: {
      methods: {
        show: method(own('/show', {}), (_args, { instance }) => instance),
        add: method(
          own('/add', { n: z.number() }),
          ({ n }, { instance }) => Number(instance?.['id']) + n,
        ),
        ctor: method(own('/ctor', {}), (_args, { ctorArgs }) => ctorArgs),
        list: method({ accepts: [], returns: root, http }, () => 'static'),
      },
      sharedCtor: {
        definition: {
          accepts: [
            { arg: 'id', type: 'number', required: true, http: { source: 'path' as const } },
          ],
          http: { path: '/:id' },
        },
        handler: async ({ id }: { id: number }) => {
          prepare.loads++
          if (id === 404) throw notFound('MODEL_NOT_FOUND', `no ship ${id}`)
          if (id === 500) throw new Error('secret of the loader')
          if (id === 418) throw Object.assign(new Error('teapot'), { statusCode: 418, code: 'TEA' })
          if (id === 0) return Promise.reject(undefined)
          return { id, name: `ship ${id}` }
        },
      },
    },
  }
}

/** Methods of one instance: the loader runs first, under the same rules. Source: remoting HO-2, HO-5, X-7. */
export function instanceCases(suite: Suite): void {
  loaderFailures(suite)
  hookedInstances(suite)
  missingInstanceCase(suite)

  const options = { classes: classes() }
  const at = (id: unknown) => ({ ctorArgs: { id } })

  suite.check('HO-2: the method gets the loaded instance', options, async ({ client }) => {
    const ship = await client.call('Ship.prototype.show', {}, at(7))
    assert.deepEqual(ship, { id: 7, name: 'ship 7' })
    assert.equal(await client.call('Ship.prototype.add', { n: 3 }, at(7)), 10)
    assert.deepEqual(await client.call('Ship.prototype.ctor', {}, at(7)), { id: 7 })
  })

  suite.check('a static method needs no instance', options, async ({ client }) => {
    assert.equal(await client.call('Ship.list', {}), 'static')
    assert.equal((await failureOf(client.call('Ship.show', {}))).statusCode, 404)
    assert.equal((await failureOf(client.call('Ship.prototype.list', {}, at(1)))).statusCode, 404)
  })

  suite.check(
    'arguments of the loader and of the method do not mix',
    options,
    async ({ client }) => {
      const ship = await client.call('Ship.prototype.show', { id: 9, name: 'forged' }, at(7))
      assert.deepEqual(ship, { id: 7, name: 'ship 7' })
    },
  )

  suite.check('an id the loader can not convert is a 400', options, async ({ client }) => {
    const failure = await failureOf(client.call('Ship.prototype.show', {}, at('seven')))
    assert.equal(failure.statusCode, 400)
  })
}

function loaderFailures(suite: Suite): void {
  const options = { classes: classes() }
  const at = (id: unknown) => ({ ctorArgs: { id } })
  const failures = [
    [404, 404, 'MODEL_NOT_FOUND', 'no ship 404'],
    [418, 418, 'TEA', 'teapot'],
  ] as const
  for (const [id, statusCode, code, message] of failures) {
    suite.check(
      `HO-5: a loader that fails with ${code} answers it`,
      options,
      async ({ client }) => {
        const failure = await failureOf(client.call('Ship.prototype.show', {}, at(id)))
        assert.equal(failure.statusCode, statusCode)
        assert.equal(failure.code, code)
        assert.equal(failure.message, message)
      },
    )
  }

  for (const id of [500, 0]) {
    suite.check(
      `a loader that fails without a status (${id}) is a 500`,
      options,
      async ({ client }) => {
        const failure = await failureOf(client.call('Ship.prototype.show', {}, at(id)))
        assert.equal(failure.statusCode, 500)
        if (!suite.claims.originalErrors) assert.equal(failure.message, 'Internal Server Error')
      },
    )
  }

  const loads = { loads: 0 }
  suite.check('the loader runs once per call', { classes: classes(loads) }, async ({ client }) => {
    loads.loads = 0
    await Promise.all([1, 2, 3].map((id) => client.call('Ship.prototype.show', {}, at(id))))
    assert.equal(loads.loads, 3)
  })
}

function hookedInstances(suite: Suite): void {
  const at = (id: number) => ({ ctorArgs: { id } })
  const hooked = (prepare: (app: App) => void) => ({ classes: classes(), prepare })

  suite.check(
    'hooks of a prototype method see the instance and may replace it',
    hooked((app) =>
      app.before('Ship.prototype.*', (context) => {
        context.instance = { ...context.instance, seen: true }
      }),
    ),
    async ({ client }) => {
      const ship = await client.call('Ship.prototype.show', {}, at(7))
      assert.deepEqual(ship, { id: 7, name: 'ship 7', seen: true })
    },
  )

  suite.check(
    'authorize refuses by the instance',
    hooked((app) =>
      app.authorize(({ instance }) => {
        if (instance?.['id'] === 8) throw new RemoteError('not yours', { reason: 'ACCESS_DENIED' })
      }),
    ),
    async ({ client }) => {
      assert.equal(await client.call('Ship.prototype.add', { n: 1 }, at(7)), 8)
      assert.equal(
        (await failureOf(client.call('Ship.prototype.add', { n: 1 }, at(8)))).statusCode,
        403,
      )
    },
  )

  suite.check(
    'H-3: authorize runs before a wrong argument is told in strict, after it in loopback3',
    hooked((app) =>
      app.authorize(() => {
        throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
      }),
    ),
    async ({ client }) => {
      const failure = await failureOf(client.call('Ship.prototype.add', { n: 'x' }, at(7)))
      assert.equal(failure.statusCode, suite.profile === 'strict' ? 401 : 400)
    },
  )
}

function missingInstanceCase(suite: Suite): void {
  const at = (id: number) => ({ ctorArgs: { id } })
  const hooked = (prepare: (app: App) => void) => ({ classes: classes(), prepare })

  suite.check(
    'a hook may mend a missing instance in no way: 404 stays',
    hooked((app) =>
      app.phase('auth', '**', (context) => {
        context.instance = { id: 404, name: 'forged' }
      }),
    ),
    async ({ client }) => {
      assert.equal(
        (await failureOf(client.call('Ship.prototype.show', {}, at(404)))).statusCode,
        404,
      )
    },
  )
}
