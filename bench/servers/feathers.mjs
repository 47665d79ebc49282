import { feathers } from '@feathersjs/feathers'
import { bodyParser, errorHandler, koa, rest } from '@feathersjs/koa'
import { Ajv, hooks, jsonSchema } from '@feathersjs/schema'
import { findBooks, makeBooks } from '../work/books.mjs'
import { copySchema } from '../work/json-schemas.mjs'
import { listModels, listOtherPaths, listOthers } from '../work/others.mjs'
import { createStore } from '../work/store.mjs'

// As the generated applications do: queries are coerced, data is not.
const queryAjv = new Ajv({ coerceTypes: true })
const dataAjv = new Ajv({})
let lastId = 0

function identified(name) {
  return { $id: `${name}${++lastId}`, ...copySchema(name) }
}
const checkQuery = (name) =>
  hooks.validateQuery(jsonSchema.getValidator(identified(name), queryAjv))
const checkData = (name) => hooks.validateData(jsonSchema.getValidator(identified(name), dataAjv))

function useGreet(app, path) {
  const service = { find: async ({ query }) => ({ greeting: `Hello, ${query.name}!` }) }
  app.use(path, service, { methods: ['find'] })
  app.service(path).hooks({ before: { find: [checkQuery('greetQuery')] } })
}

/** Every model is a service with Feathers' six methods. */
function useModel(app, path) {
  const store = createStore()
  app.use(path, {
    find: async ({ query }) => store.list(query.limit),
    get: async (id) => store.get(Number(id)),
    create: async (data) => store.create(data),
    update: async (id, data) => store.replace(Number(id), data),
    patch: async (id, data) => (id === null ? store.patchAll(data) : store.patch(Number(id), data)),
    remove: async (id) => store.remove(Number(id)),
  })
  app.service(path).hooks({
    before: {
      find: [checkQuery('itemsQuery')],
      create: [checkData('newItem')],
      update: [checkData('newItem')],
      patch: [checkData('itemPatch')],
    },
  })
}

function useWork(app, plan) {
  const books = makeBooks()
  const readers = createStore()
  const others = listOthers(plan.otherMethods)
  for (const path of listOtherPaths(others.before)) useGreet(app, path)
  useGreet(app, '/greet')
  app.use(
    '/books',
    {
      find: async ({ query }) => findBooks(books, query.minPages, query.order, query.limit),
    },
    { methods: ['find'] },
  )
  app.service('/books').hooks({ before: { find: [checkQuery('booksQuery')] } })
  app.use('/readers', { create: async (data) => readers.create(data) }, { methods: ['create'] })
  app.service('/readers').hooks({ before: { create: [checkData('newReader')] } })
  for (const path of listOtherPaths(others.after)) useGreet(app, path)
  return readers.clear
}

/** Feathers 5 on Koa: services with its schema hooks (ajv); no authentication, no real-time transport. */
export async function start(plan) {
  const app = koa(feathers())
  app.use(errorHandler())
  app.use(bodyParser())
  app.configure(rest())
  let reset = () => {}
  if (plan.models > 0) {
    for (const name of listModels(plan.models)) useModel(app, `/${name.toLowerCase()}`)
  } else {
    reset = useWork(app, plan)
  }
  const server = await app.listen(plan.port, '127.0.0.1')
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return { port: server.address().port, reset }
}
