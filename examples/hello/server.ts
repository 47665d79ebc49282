import { createApp, defineModel, sharedMethods } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { z } from 'zod'

const Author = defineModel('Author', {
  properties: { name: z.string().min(1) },
  relations: { books: { hasMany: 'Book' } },
})
const Book = defineModel('Book', {
  properties: {
    title: z.string().min(1),
    pages: z.int().optional(),
    published: z.date().optional(),
  },
  relations: { author: { belongsTo: 'Author' } },
})
const models = { Author, Book }
const method = sharedMethods(models)

const longest = method(
  {
    accepts: { limit: z.int().max(100).default(10) },
    returns: z.array(z.object({ title: z.string(), pages: z.int().optional() })),
    http: { verb: 'get' },
  },
  ({ limit }, { models }) =>
    models.Book.find({ order: 'pages DESC', limit, fields: ['title', 'pages'] }),
)

export const app = createApp({
  models,
  methods: { Book: { longest } },
  dataSources: { db: memory({ file: 'data/books.jsonl' }) },
}).install(rest({ path: '/api' }))

await app.start({ port: Number(process.env['PORT'] ?? 3000) })
