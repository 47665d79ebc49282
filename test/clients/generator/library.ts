import { createApp, defineModel, sharedMethods, silentLogger, streamOf } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { z } from 'zod'

const Author = defineModel('Author', {
  description: 'Who wrote it',
  properties: { name: z.string().min(1), born: 'date' },
  relations: { books: { hasMany: 'Book' } },
})

const Book = defineModel('Book', {
  properties: {
    title: z.string().min(1),
    pages: z.int().optional(),
    published: z.date().optional(),
    state: z.enum(['draft', 'printed']).default('draft'),
    rating: { type: 'number', default: 0, description: 'Stars, 0 to 5' },
    tags: ['string'],
    place: 'geopoint',
    cover: 'buffer',
    size: { width: { type: 'number', required: true }, unit: 'string' },
    secret: 'string',
  },
  hidden: ['secret'],
  relations: { author: { belongsTo: 'Author' }, reviews: { hasMany: 'Review' } },
})

const Review = defineModel('Review', {
  properties: {
    book: { type: 'string', id: 1 },
    reader: { type: 'string', id: 2 },
    text: { type: 'string', required: true },
  },
})

const models = { Author, Book, Review }
const method = sharedMethods(models)

const longest = method(
  {
    description: ['The longest books,', 'longest first'],
    accepts: { limit: z.int().max(100).default(10).describe('how many at most') },
    returns: z.array(z.object({ title: z.string(), pages: z.int().optional() })),
    http: { verb: 'get' },
  },
  ({ limit }, context) =>
    context.models.Book.find({ order: 'pages DESC', limit, fields: ['title', 'pages'] }),
)

const rename = method(
  { isStatic: false, accepts: { to: z.string() }, returns: z.string() },
  ({ to }) => to,
)

const countdown = method(
  {
    accepts: { from: z.int().max(100) },
    returns: streamOf(z.object({ left: z.int(), at: z.date() })),
    http: { verb: 'get' },
  },
  async function* ({ from }) {
    for (let left = from; left > 0; left--) yield { left, at: new Date(0) }
  },
)

const describeFile = method(
  {
    accepts: [
      { arg: 'file', type: 'file', required: true, http: { source: 'form' } },
      { arg: 'book', type: 'Book', description: 'what it is about' },
      { arg: 'options', type: 'object', http: 'optionsFromRequest' },
      { arg: 'range', type: { from: { type: 'date', required: true }, to: 'date' } },
    ],
    returns: [
      { arg: 'name', type: 'string' },
      { arg: 'stored', type: 'date' },
      { arg: 'location', type: 'string', http: { target: 'header' } },
    ],
    notes: 'At most one file.',
  },
  () => ['a.txt', new Date(0), '/a'],
)

const ping = method({}, () => undefined)
const internal = method({ documented: false, returns: z.string() }, () => 'x')

/** Not started: whoever imports it describes or serves it. */
export const app = createApp({
  logger: silentLogger,
  models,
  methods: { Book: { longest, rename }, Tools: { countdown, describeFile, internal, ping } },
  dataSources: { db: memory() },
  modelConfig: {
    Review: { remoting: { sharedMethods: { '*': false, find: true, create: true } } },
  },
}).install(rest())

/** The same, registered the other way round. */
export const mirrored = createApp({
  logger: silentLogger,
  models: { Review, Book, Author },
  methods: { Tools: { ping, internal, describeFile, countdown }, Book: { rename, longest } },
  dataSources: { db: memory() },
  modelConfig: {
    Review: { remoting: { sharedMethods: { create: true, find: true, '*': false } } },
  },
})
