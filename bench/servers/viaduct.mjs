import { memory } from '../../dist/connectors/memory/index.js'
import { createApp, defineModel, sharedMethods, silentLogger } from '../../dist/core/index.js'
import { rest } from '../../dist/transports/rest/index.js'
// The product's own copy of zod, so that one copy is loaded, as in an application.
import { z } from '../../node_modules/zod/index.js'
import { makeBooks } from '../work/books.mjs'
import { datePattern, emailPattern } from '../work/json-schemas.mjs'
import { listModels, listOthers } from '../work/others.mjs'

const book = () => ({
  title: z.string().min(1),
  pages: z.int(),
  price: z.number(),
  country: z.string().length(2),
  rating: z.number(),
  active: z.boolean(),
  published: z.date(),
  isbn: z.string(),
  genre: z.string(),
})

const reader = () => ({
  firstName: z.string().min(1).max(50),
  lastName: z.string().min(1).max(50),
  email: z.string().max(120).regex(new RegExp(emailPattern)),
  age: z.int().min(18).max(120),
  country: z.string().length(2),
  phone: z.string().min(5).max(20),
  score: z.number().min(0).max(100),
  newsletter: z.boolean(),
  birthday: z.string().regex(new RegExp(datePattern)),
  note: z.string().max(500).optional(),
})

const item = () => ({
  title: z.string().min(1).max(100),
  pages: z.int().min(1).optional(),
  price: z.number().min(0).optional(),
  country: z.string().length(2).optional(),
  rating: z.number().min(0).max(5).optional(),
  active: z.boolean().optional(),
  published: z.date().optional(),
  isbn: z.string().max(20).optional(),
})

function makeGreet(method) {
  return method(
    {
      accepts: { name: z.string().min(1).max(100) },
      returns: z.object({ greeting: z.string() }),
      http: { verb: 'get' },
    },
    ({ name }) => ({ greeting: `Hello, ${name}!` }),
  )
}

function describeWork(plan) {
  const others = listOthers(plan.otherMethods)
  const models = {
    Book: defineModel('Book', { strict: true, properties: book() }),
    Reader: defineModel('Reader', { strict: true, properties: reader() }),
  }
  const method = sharedMethods(models)
  const classes = {}
  for (const { name, methods } of [...others.before, greeter, ...others.after]) {
    const values = Object.fromEntries(methods.map((key) => [key, makeGreet(method)]))
    classes[name] = { http: { path: pathOf(name) }, methods: values }
  }
  return { models, classes }
}

const greeter = { name: 'Greeter', methods: ['greet'] }
const pathOf = (name) => (name === 'Greeter' ? '/Greeters' : `/${name.toLowerCase()}`)

function describeModels(plan) {
  const models = {}
  for (const name of listModels(plan.models)) {
    models[name] = defineModel(name, {
      strict: true,
      http: { path: `/${name}` },
      properties: item(),
    })
  }
  return { models }
}

/** Viaduct with its memory connector and its REST transport, defaults only. */
export async function start(plan) {
  const described = plan.models > 0 ? describeModels(plan) : describeWork(plan)
  const app = createApp({ ...described, dataSources: { db: memory() }, logger: silentLogger })
  await app.install(rest({ path: '/api' })).start({ port: plan.port, host: '127.0.0.1' })
  const port = Number(new URL(app.addresses[0]).port)
  if (plan.models > 0) return { port, reset() {} }
  // The store makes the ids: 1 to 1,000, in this order.
  await app.models.Book.create(makeBooks().map(({ id, ...members }) => members))
  return { port, reset: () => app.models.Reader.destroyAll() }
}
