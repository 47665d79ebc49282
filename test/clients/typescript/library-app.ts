import { Readable } from 'node:stream'
import {
  createApp,
  defineModel,
  type Plugin,
  remoteError,
  sharedMethods,
  silentLogger,
  streamOf,
} from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { inProcess } from 'viaduct/transports/in-process'
import { messagePort } from 'viaduct/transports/message-port'
import { rest } from 'viaduct/transports/rest'
import { websocket } from 'viaduct/transports/websocket'
import { z } from 'zod'

const Author = defineModel('Author', {
  properties: { name: z.string().min(1), born: z.date().optional() },
  relations: { books: { hasMany: 'Book' } },
  scopes: { named: { where: { name: 'Ursula' } } },
})
const Book = defineModel('Book', {
  properties: {
    title: z.string().min(1),
    pages: z.int().optional(),
    published: z.date().optional(),
  },
  relations: { author: { belongsTo: 'Author' }, reviews: { hasMany: 'Review' } },
})
const Review = defineModel('Review', {
  properties: { stars: z.int() },
  relations: { book: { belongsTo: 'Book' } },
})
const models = { Author, Book, Review }
const method = sharedMethods(models)
const get = { verb: 'get' } as const
const post = { verb: 'post' } as const

/** Tells tests what happened inside methods. */
export interface Witness {
  /** Streams that were left. */
  left: number
  /** Calls whose signal was aborted. */
  aborted: number
  /** Calls per token refused or taken. */
  readonly tokens: Map<string, number>
}

/** An upload as `Files.store` gets it. */
interface Stored {
  readonly filename: string
  readonly contentType: string
  readonly stream: AsyncIterable<Uint8Array>
}

function methodsFor(witness: Witness) {
  const longest = method(
    {
      accepts: { limit: z.int().max(100).optional() },
      returns: z.array(z.object({ title: z.string(), published: z.date().optional() })),
      http: get,
    },
    ({ limit = 10 }, { models }) =>
      models.Book.find({ order: 'pages DESC', limit, fields: ['title', 'published'] }),
  )
  const rename = method(
    { isStatic: false, accepts: { to: z.string() }, returns: z.string(), http: post },
    async ({ to }, { instance, models }) => {
      const { title } = await models.Book.update(Number(instance?.['id']), { title: to })
      return title
    },
  )
  const countdown = method(
    {
      accepts: { from: z.int() },
      returns: streamOf(z.object({ left: z.int() })),
      http: get,
    },
    async function* ({ from }) {
      try {
        for (let left = from; left > 0; left--) yield { left }
      } finally {
        witness.left++
      }
    },
  )
  const failing = method(
    { accepts: { after: z.int() }, returns: streamOf(z.int()), http: get },
    async function* ({ after }) {
      for (let n = 0; n < after; n++) yield n
      throw remoteError('CONFLICT', 'it failed', { after })
    },
  )
  const wait = method({ returns: z.string(), http: get }, (_, { signal }) => {
    return new Promise<string>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        witness.aborted++
        reject(signal.reason)
      })
    })
  })
  const whoami = method({ returns: z.string(), http: get }, (_, { metadata }) => {
    const token = String(metadata['authorization'])
    witness.tokens.set(token, (witness.tokens.get(token) ?? 0) + 1)
    if (token !== 'fresh') throw remoteError('AUTHORIZATION_REQUIRED', 'who are you')
    return token
  })
  const echo = method(
    {
      accepts: [{ arg: 'value', type: 'any' }],
      returns: { arg: 'value', type: 'any' },
      http: post,
    },
    ({ value }) => value,
  )
  const now = method(
    { returns: { arg: 'now', type: 'date', root: true }, http: get },
    () => new Date(0),
  )
  const nothing = method({ http: post }, () => undefined)
  const greet = method(
    {
      accepts: { name: z.string() },
      returns: z.string(),
      http: { verb: 'get', path: '/hello/:name' },
    },
    ({ name }) => `hello, ${name}`,
  )
  return {
    Book: { longest, rename },
    Tools: { countdown, failing, wait, whoami, echo, now, nothing, greet },
  }
}

const fileMethods = {
  store: method(
    {
      accepts: [
        { arg: 'file', type: 'file', required: true },
        { arg: 'title', type: 'string' },
        { arg: 'meta', type: 'object' },
      ],
      returns: { arg: 'stored', type: 'object', root: true },
      http: post,
    },
    async ({ file, title, meta }) => {
      const { filename, contentType, stream } = file as Stored
      const text = (await Readable.from(stream).toArray()).join('')
      return { filename, contentType, text, title, meta }
    },
  ),
  load: method(
    {
      returns: [
        { arg: 'body', type: 'file', root: true },
        { arg: 'type', type: 'string', http: { target: 'header', header: 'Content-Type' } },
      ],
      http: get,
    },
    () => ['a,b\n', 'text/csv'] as unknown,
  ),
}

/** A fresh application; `extra` are further plugins. */
export function createLibrary(witness: Witness = createWitness(), ...extra: readonly Plugin[]) {
  const local = inProcess()
  const ports = messagePort()
  const app = createApp({
    models,
    methods: { ...methodsFor(witness), Files: fileMethods },
    dataSources: { db: memory() },
    remoting: { errorHandler: { log: false }, streams: { closeAfterEnd: 0 } },
    logger: silentLogger,
  }).install(rest(), websocket(), local, ports, ...extra)
  return { app, local, ports, witness }
}

/** Counters at nought. */
export function createWitness(): Witness {
  return { left: 0, aborted: 0, tokens: new Map() }
}

/** The application of these tests. */
export type Library = ReturnType<typeof createLibrary>['app']
