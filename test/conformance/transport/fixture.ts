import { z } from 'zod'
import {
  type App,
  createApp,
  notFound,
  RemoteError,
  sharedMethods,
  silentLogger,
  streamOf,
} from '../../../core/index.ts'
import type { ProfileName } from '../../../core/spi.ts'
import type { ConformanceClient, TransportHarness } from './harness.ts'

/** What the hooks and methods of the fixture saw, in order. */
export type Trace = string[]

/** A started application with one client. */
export interface Fixture {
  readonly app: App
  readonly client: ConformanceClient
  readonly trace: Trace
  /** Resolves when a `Wait.forever` call was aborted. */
  readonly aborted: Promise<void>
}

const method = sharedMethods()
const post = { verb: 'post' } as const

/** The types a value can be declared as, each echoed by a method of class `Echo`. */
export const echoTypes = [
  'any',
  'boolean',
  'integer',
  'number',
  'string',
  'date',
  'geopoint',
  'object',
] as const

/** Shows which JavaScript value a method got, in plain JSON: `{ date: 0 }`, `{ array: [1] }`, `{ object: {} }`. */
export function describe(value: unknown): unknown {
  if (value instanceof Date) return { date: value.getTime() }
  if (value instanceof Uint8Array) return { buffer: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return { array: value.map(describe) }
  if (value === undefined) return { undefined: true }
  if (typeof value === 'object' && value !== null) {
    const name = value.constructor?.name === 'GeoPoint' ? 'geopoint' : 'object'
    return { [name]: Object.fromEntries(Object.entries(value).map(([k, v]) => [k, describe(v)])) }
  }
  return value
}

function echoMethods() {
  const entries = echoTypes.flatMap((type) => [
    [type, echo(type)] as const,
    [`${type}List`, echo([type])] as const,
  ])
  return Object.fromEntries(entries)
}

function echo(type: string | [string]) {
  return method(
    {
      accepts: [{ arg: 'a', type }],
      returns: { arg: 'result', type: 'any', root: true },
      http: post,
    },
    ({ a }) => describe(a),
  )
}

const plain = {
  add: method(
    { accepts: { a: z.number(), b: z.number() }, returns: z.number(), http: post },
    ({ a, b }) => a + b,
  ),
  greet: method(
    {
      accepts: { name: z.string().min(1).max(10), times: z.int().default(1) },
      returns: z.object({ text: z.string() }),
      http: post,
    },
    ({ name, times }) => ({ text: Array.from({ length: times }, () => name).join(' ') }),
  ),
  required: method(
    { accepts: [{ arg: 'a', type: 'any', required: true }], returns: { arg: 'a' }, http: post },
    ({ a }) => a,
  ),
  named: method(
    {
      accepts: [],
      returns: [
        { arg: 'first', type: 'string' },
        { arg: 'second', type: 'number' },
      ],
      http: post,
    },
    () => ['one', 2],
  ),
  nothing: method({ accepts: [], http: post }, () => 'dropped'),
  options: method(
    {
      accepts: [{ arg: 'options', type: 'object', http: 'optionsFromRequest' }],
      returns: { arg: 'result', root: true },
      http: post,
    },
    ({ options }) => {
      const seen = options as Readonly<Record<string, unknown>>
      return {
        maxDepthOfQuery: seen['maxDepthOfQuery'],
        isAdmin: seen['isAdmin'] ?? null,
        accessToken: seen['accessToken'] ?? null,
      }
    },
  ),
  mutates: method(
    { accepts: [{ arg: 'a', type: 'object' }], returns: { arg: 'a', root: true }, http: post },
    ({ a }) => {
      ;(a as Record<string, unknown>)['changed'] = true
      return a
    },
  ),
  date: method(
    { accepts: [], returns: { arg: 'd', type: 'date', root: true }, http: post },
    () => new Date(0),
  ),
  hidden: method({ accepts: [], shared: false, http: post }, () => 'never'),
}

const failing = {
  throwsError: method({ accepts: [], http: post }, () => {
    throw new Error('secret inside')
  }),
  throwsRemote: method({ accepts: [], http: post }, () => {
    throw notFound('MODEL_NOT_FOUND', 'Unknown "Thing" id "7".', { id: 7 })
  }),
  throwsStatus: method({ accepts: [], http: post }, () => {
    throw Object.assign(new Error('teapot'), {
      statusCode: 418,
      code: 'TEA',
      details: { milk: 1 },
      secret: 's',
    })
  }),
  rejectsNothing: method({ accepts: [], http: post }, () => Promise.reject()),
  rejectsNull: method({ accepts: [], http: post }, () => Promise.reject(null)),
  rejectsZero: method({ accepts: [], http: post }, () => Promise.reject(0)),
  throwsText: method({ accepts: [], http: post }, () => {
    throw 'text'
  }),
  cycle: method({ accepts: [], returns: { arg: 'r', root: true }, http: post }, () => {
    const value: Record<string, unknown> = {}
    value['self'] = value
    return value
  }),
  badInteger: method(
    { accepts: [], returns: { arg: 'r', type: 'integer', root: true }, http: post },
    async () => 1.5,
  ),
  never: method({ accepts: [], http: post }, () => new Promise(() => {})),
  oddThenable: method({ accepts: [], returns: { arg: 'r', root: true }, http: post }, () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable that settles twice is what is tested
    then(resolve: (value: unknown) => void, reject: (reason: unknown) => void) {
      resolve('first')
      resolve('second')
      reject(new Error('third'))
    },
  })),
}

const instances = {
  name: method(
    { accepts: [], isStatic: false, returns: { arg: 'name', type: 'string' }, http: post },
    (_args, context) => context.instance?.['name'],
  ),
  rename: method(
    {
      accepts: { to: z.string() },
      isStatic: false,
      returns: z.string(),
      http: { verb: 'post', path: '/rename' },
    },
    ({ to }, context) => `${String(context.instance?.['name'])} is ${to}`,
  ),
}

function streams(trace: Trace) {
  return {
    count: method(
      { accepts: { to: z.int() }, returns: streamOf(z.object({ n: z.number() })), http: post },
      async function* ({ to }) {
        try {
          for (let n = 1; n <= to; n++) yield { n }
        } finally {
          trace.push('count ended')
        }
      },
    ),
    breaks: method(
      { accepts: [], returns: streamOf(z.object({ n: z.number() })), http: post },
      async function* () {
        yield { n: 1 }
        throw new RemoteError('broken', { statusCode: 409, reason: 'CONFLICT' })
      },
    ),
    noStream: method(
      {
        accepts: [],
        returns: { arg: 's', type: 'ReadableStream', json: true, root: true },
        http: post,
      },
      () => null,
    ),
  }
}

/** Builds, starts and dials the application every case runs against. */
export async function openFixture(
  harness: TransportHarness,
  profile: ProfileName,
  customise: (app: App, trace: Trace) => void = () => {},
): Promise<Fixture> {
  const trace: Trace = []
  let abort: () => void = () => {}
  const aborted = new Promise<void>((resolve) => {
    abort = resolve
  })
  const transport = harness.create()
  const app = createApp({
    profile,
    logger: silentLogger,
    invocationTimeout: 250,
    methods: {
      Echo: echoMethods(),
      Plain: plain,
      Fails: failing,
      Streams: streams(trace),
      Wait: {
        forever: method({ accepts: [], http: post }, (_args, context) => {
          context.signal.addEventListener('abort', () => abort())
          trace.push('waiting')
          return new Promise(() => {})
        }),
      },
    },
    classes: {
      Thing: {
        methods: instances,
        sharedCtor: {
          definition: {
            accepts: [{ arg: 'id', type: 'number', required: true, http: { source: 'path' } }],
            http: { path: '/:id' },
          },
          handler: ({ id }: { id: number }) => {
            if (id > 99) throw notFound('MODEL_NOT_FOUND', `could not find a model with id ${id}`)
            return { id, name: `thing ${id}` }
          },
        },
      },
    },
  }).install(transport)
  customise(app as App, trace)
  await app.start({ port: 0 })
  const client = await harness.dial(app as App, transport)
  return { app: app as App, client, trace, aborted }
}

/** Closes client and application. */
export async function closeFixture(fixture: Fixture): Promise<void> {
  await fixture.client.close()
  await fixture.app.stop(AbortSignal.timeout(200))
}
