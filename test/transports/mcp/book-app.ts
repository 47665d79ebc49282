import { z } from 'zod'
import { memory } from '../../../connectors/memory/index.ts'
import {
  createApp,
  defineModel,
  type Logger,
  RemoteError,
  sharedMethods,
  silentLogger,
  streamOf,
} from '../../../core/index.ts'
import { type McpOptions, type McpTransport, mcp } from '../../../transports/mcp/index.ts'

const Book = defineModel('Book', {
  properties: {
    title: z.string().min(1),
    pages: z.int().optional(),
    published: { type: 'date' },
    secret: { type: 'string', hidden: true },
  },
})

const method = sharedMethods({ Book })
const post = { verb: 'post' } as const

/** What the methods of the application saw. */
export interface Trace {
  readonly seen: string[]
  readonly aborted: string[]
}

function shopMethods({ seen, aborted }: Trace) {
  return {
    longest: method(
      {
        accepts: { limit: z.int().max(100).default(10).describe('how many') },
        returns: z.object({ titles: z.array(z.string()) }),
        http: { verb: 'get' },
        description: 'The longest books',
        notes: 'Longest first.',
      },
      async ({ limit }, { models }) => {
        const rows = await models.Book.find({ order: 'pages DESC', limit })
        return { titles: rows.map(({ title }) => title) }
      },
    ),
    whoami: method(
      { returns: z.object({ authorization: z.string() }), http: post, mcp: true },
      (_args, { metadata }) => {
        return { authorization: String(metadata['authorization']) }
      },
    ),
    wait: method({ http: post }, (_args, { signal }) => {
      seen.push('wait')
      signal.addEventListener('abort', () => aborted.push('wait'))
      return new Promise(() => {})
    }),
    pages: method(
      { accepts: { to: z.int() }, returns: streamOf(z.object({ n: z.int() })), http: post },
      async function* ({ to }) {
        try {
          for (let n = 1; n <= to; n++) yield { n }
        } finally {
          seen.push('pages ended')
        }
      },
    ),
    fails: method({ http: post }, () => {
      throw new Error('secret inside')
    }),
    refuses: method({ http: post }, () => {
      throw new RemoteError('no such shelf', { statusCode: 404, reason: 'MODEL_NOT_FOUND' })
    }),
    hidden: method({ http: post, mcp: false }, () => 'never'),
    cover: method({ returns: { arg: 'file', type: 'file', root: true }, http: post }, () =>
      Buffer.from('png'),
    ),
    renamed: method(
      {
        http: post,
        mcp: {
          name: 'shop_renamed',
          title: 'Renamed',
          description: 'Has a name of its own',
          annotations: { destructiveHint: false },
        },
      },
      () => 1,
    ),
  }
}

function createBooks(transport: McpTransport, trace: Trace, logger: Logger) {
  return createApp({
    models: { Book },
    methods: { Book: shopMethods(trace) },
    dataSources: { db: memory() },
    logger,
  }).install(transport)
}

/** The application of {@link openBooks}. */
export type BookShop = ReturnType<typeof createBooks>

/** A started book shop with one MCP transport. */
export interface BookApp {
  readonly app: BookShop
  readonly transport: McpTransport
  readonly trace: Trace
}

const running = new Set<BookShop>()

/** Stops what a failed test left running. */
export async function stopBooks(): Promise<void> {
  for (const app of running) await app.stop(AbortSignal.abort())
  running.clear()
}

/** Starts the book shop; `prepare` runs before the start. */
export async function openBooks(
  options: McpOptions,
  prepare: (app: BookShop) => void = () => {},
  logger: Logger = silentLogger,
): Promise<BookApp> {
  const trace: Trace = { seen: [], aborted: [] }
  const transport = mcp(options)
  const app = createBooks(transport, trace, logger)
  prepare(app)
  await app.start({ port: 0 })
  running.add(app)
  return { app, transport, trace }
}
