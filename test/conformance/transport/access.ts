import assert from 'node:assert/strict'
import { RemoteError, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { Stage, StageOptions, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const
const says = (text: string, more = {}) =>
  method({ accepts: [], returns: root, http, ...more }, () => text)

const methods = {
  Door: {
    open: says('open', { aliases: ['unlock'] }),
    openAll: says('openAll'),
    close: says('close'),
    secret: says('secret', { shared: false }),
    'inner.open': says('inner'),
  },
}

interface AccessRow {
  readonly name: string
  readonly options: StageOptions
  /** Methods of `Door` that answer; every other one is a 404. */
  readonly open: readonly string[]
  /** In loopback3, where globs are not anchored. */
  readonly legacy?: readonly string[]
}

const rows: readonly AccessRow[] = [
  {
    name: 'S-9: shared: false is not published',
    options: { methods },
    open: ['open', 'openAll', 'close', 'inner.open'],
  },
  {
    name: 'C-14: exact names win over globs',
    options: { methods, remoting: { sharedMethods: { '*': false, close: true } } },
    open: ['close'],
  },
  {
    name: 'C-14: a glob switches methods off',
    options: { methods, remoting: { sharedMethods: { 'open*': false } } },
    open: ['close', 'inner.open'],
    legacy: ['close'],
  },
  {
    name: 'C-14: true publishes what was not shared',
    options: { methods, remoting: { sharedMethods: { secret: true } } },
    open: ['open', 'openAll', 'close', 'secret', 'inner.open'],
  },
  {
    name: 'C-14: the class wins over the application',
    options: {
      methods,
      remoting: { sharedMethods: { '*': false } },
      classes: { Door: { sharedMethods: { open: true } } },
    },
    open: ['open'],
  },
  {
    name: 'C-15: expose is a list of what is allowed',
    options: { methods, classes: { Door: { expose: ['openAll', 'clo*'] } } },
    open: ['openAll', 'close'],
  },
  {
    name: 'C-14, C-15: sharedMethods takes away from expose',
    options: {
      methods,
      classes: { Door: { expose: ['open', 'close'], sharedMethods: { close: false } } },
    },
    open: ['open'],
  },
]

/** Which methods can be called, at start and while the application runs. Source: remoting 1.1, 1.2. */
export function accessCases(suite: Suite): void {
  changeCases(suite)
  removalCases(suite)

  for (const { name, options, open, legacy } of rows) {
    suite.check(name, options, (stage) =>
      onlyThese(stage, suite.profile === 'loopback3' ? (legacy ?? open) : open),
    )
  }

  suite.check('M-4, S-5: an alias is no name to call by', { methods }, async ({ client }) => {
    assert.equal((await failureOf(client.call('Door.unlock', {}))).statusCode, 404)
  })

  suite.check('M-4: names are matched exactly', { methods }, async ({ client }) => {
    for (const name of ['Door.ope', 'Door.open.x', 'door', 'Door', '', '.', 'Door.', '.open']) {
      assert.equal((await failureOf(client.call(name, {}))).statusCode, 404, name)
    }
    assert.equal(await client.call('Door.open', {}), 'open')
  })
}

function changeCases(suite: Suite): void {
  suite.check('C-11: an alias disables its method', { methods }, async ({ app, client }) => {
    app.change((classOf) => classOf('Door').disableMethodByName('unlock'))
    assert.equal((await failureOf(client.call('Door.open', {}))).statusCode, 404)
    assert.equal(await client.call('Door.close', {}), 'close')
  })

  suite.check(
    'C-11: a method may be disabled before it exists',
    { methods },
    async ({ app, client }) => {
      app.change((classOf) => classOf('Door').disableMethodByName('later'))
      app.change((classOf) => classOf('Door').defineMethod('later', definition, () => 'later'))
      assert.equal((await failureOf(client.call('Door.later', {}))).statusCode, 404)
    },
  )

  suite.check(
    'M-9: a class added at run time can be called',
    { methods },
    async ({ app, client }) => {
      assert.equal((await failureOf(client.call('Late.here', {}))).statusCode, 404)
      app.change((classOf) => classOf('Late').defineMethod('here', definition, () => 'here'))
      assert.equal(await client.call('Late.here', {}), 'here')
    },
  )

  suite.check('M-9: renamed is removed and added', { methods }, async ({ app, client }) => {
    app.change((classOf) =>
      classOf('Door')
        .disableMethodByName('open')
        .defineMethod('swing', definition, () => 'open'),
    )
    assert.equal((await failureOf(client.call('Door.open', {}))).statusCode, 404)
    assert.equal(await client.call('Door.swing', {}), 'open')
  })
}

function removalCases(suite: Suite): void {
  suite.check(
    'M-9: calls under way finish when their method is removed',
    slowDoor,
    async ({ app, client }) => {
      const answer = client.call('Slow.wait', {})
      while (!slowState.isWaiting) await new Promise((resolve) => setTimeout(resolve, 1))
      app.removeClass('Slow')
      assert.equal((await failureOf(client.call('Slow.wait', {}))).statusCode, 404)
      slowState.finish()
      assert.equal(await answer, 'done')
    },
  )

  suite.check(
    'M-6: removing a class removes its own hooks, wildcards stay',
    {
      methods,
      prepare: (app) =>
        app
          .before('Door.open', () => {
            throw new RemoteError('own hook', { statusCode: 409 })
          })
          .after('*.open', (context) => {
            context.result = 'wild hook'
          }),
    },
    async ({ app, client }) => {
      assert.equal((await failureOf(client.call('Door.open', {}))).statusCode, 409)
      app.removeClass('Door')
      app.change((classOf) => classOf('Door').defineMethod('open', definition, () => 'new'))
      assert.equal(await client.call('Door.open', {}), 'wild hook')
    },
  )

  suite.check(
    'C-10: resolvers add methods on every change',
    { classes: { Made: { resolve: (define) => define('one', definition, () => 'one') } } },
    async ({ app, client }) => {
      assert.equal(await client.call('Made.one', {}), 'one')
      app.change((classOf) => classOf('Made').disableMethodByName('one'))
      assert.equal((await failureOf(client.call('Made.one', {}))).statusCode, 404)
    },
  )

  suite.check(
    'X-9: authorization sees unknown callers only for methods that exist',
    {
      methods,
      prepare: (app) =>
        app.authorize(() => {
          throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
        }),
    },
    async ({ client }) => {
      assert.equal((await failureOf(client.call('Door.open', {}))).statusCode, 401)
      assert.equal((await failureOf(client.call('Door.secret', {}))).statusCode, 404)
    },
  )
}

const definition = { isStatic: true, accepts: [], returns: root, http }

async function onlyThese({ client }: Stage, open: readonly string[]): Promise<void> {
  for (const name of Object.keys(methods.Door)) {
    if (open.includes(name)) {
      assert.equal(await client.call(`Door.${name}`, {}), name === 'inner.open' ? 'inner' : name)
    } else assert.equal((await failureOf(client.call(`Door.${name}`, {}))).statusCode, 404, name)
  }
}

/** One call at a time waits here. */
const slowState = { isWaiting: false, finish: (): void => undefined }

const slowDoor: StageOptions = {
  methods: {
    Slow: {
      wait: method({ accepts: [], returns: root, http }, async () => {
        slowState.isWaiting = true
        await new Promise<void>((resolve) => {
          slowState.finish = resolve
        })
        slowState.isWaiting = false
        return 'done'
      }),
    },
  },
}
