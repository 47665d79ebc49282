import { createApp, defineModel, type ProfileName } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { startServer } from '../support/servers.ts'
import {
  call,
  type RawAnswer,
  type RequestOptions,
  request,
} from '../transports/rest/rest-harness.ts'

const Author = defineModel('Author', {
  properties: {
    name: 'string',
    password: 'string',
    salary: 'number',
    info: 'object',
    tags: ['string'],
  },
  hidden: ['password'],
  protected: ['salary'],
  relations: { books: { hasMany: 'Book' }, profile: { hasOne: 'Profile' } },
})
const Book = defineModel('Book', {
  properties: { title: 'string', secret: 'string' },
  hidden: ['secret'],
  strict: true,
  relations: { author: { belongsTo: 'Author' } },
})
const Profile = defineModel('Profile', {
  properties: { bio: 'string', token: 'string' },
  hidden: ['token'],
  relations: { author: { belongsTo: 'Author' } },
})

const anything = { arg: 'result', type: 'any', root: true }

function method(verb: 'get' | 'post', path: string, handler: (args: { x?: unknown }) => unknown) {
  const definition = {
    accepts: [{ arg: 'x', type: 'any' }],
    returns: anything,
    http: { verb, path },
  }
  return { definition, handler }
}

/** What methods of an application may throw; reading any of them may throw again. */
const thrown: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  symbol: () => Symbol('x'),
  bigint: () => 5n,
  function: () => () => 1,
  prototypeless: () => Object.create(null),
  textless: () => ({
    toString() {
      throw new Error('no text')
    },
  }),
  stackless: () =>
    Object.defineProperty(new Error('x'), 'stack', {
      get() {
        throw new Error('no stack')
      },
    }),
  nested: () => {
    const list: unknown[] = []
    list.push(list)
    return list
  },
}

/** What methods may return; none of it has a JSON form. */
const returned: Readonly<Record<string, () => unknown>> = {
  bigint: () => 5n,
  cycle: () => {
    const value: Record<string, unknown> = {}
    value['self'] = value
    return value
  },
  getter: () => ({
    get a() {
      throw new Error('get')
    },
  }),
  thenable: () =>
    Object.defineProperty({}, 'then', {
      get() {
        throw new Error('then')
      },
    }),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
}

export const throwing: readonly string[] = Object.keys(thrown)
export const returning: readonly string[] = Object.keys(returned)

/** An application worth attacking, behind a real socket. */
export interface Target {
  readonly port: number
  request(verb: string, path: string, options?: RequestOptions): Promise<RawAnswer>
  /** JSON in, parsed JSON out. */
  call(verb: string, path: string, body?: unknown): ReturnType<typeof call>
  /** `GET /Authors?filter=…` and its kind. */
  find(path: string, filter: unknown): ReturnType<typeof call>
  stop(): Promise<void>
}

export async function startTarget(profile: ProfileName = 'strict'): Promise<Target> {
  const app = createApp({
    profile,
    models: { Author, Book, Profile },
    methods: {
      Trap: {
        echo: method('post', '/echo', ({ x }) => x),
        ask: method('get', '/ask', ({ x }) => x),
        throws: method('get', '/throws', async ({ x }) => {
          throw thrown[String(x)]?.()
        }),
        returns: method('get', '/returns', ({ x }) => returned[String(x)]?.()),
      },
    },
    dataSources: { db: memory() },
    remoting: { rest: { xml: true } },
    logger: { info() {}, warn() {}, error: (_message, error) => void String(error) },
  }).install(rest({ path: '/api' }))
  const server = await startServer(app)
  const port = Number(new URL(server.origin).port)
  const at = (path: string) => `/api${path}`
  return {
    port,
    request: (verb, path, options) => request({ port }, verb, at(path), options),
    call: (verb, path, body) => call({ port }, verb, at(path), body),
    find: (path, filter) =>
      call({ port }, 'GET', at(`${path}?filter=${encodeURIComponent(JSON.stringify(filter))}`)),
    stop: () => server.stop(),
  }
}

/** The `code` of an error answer. */
export function codeOf({ body }: { readonly body: unknown }): unknown {
  return (body as { readonly error?: { readonly code?: unknown } }).error?.code // the shape of every error
}
