import { inject } from '@loopback/core'
import {
  defineCrudRepositoryClass,
  defineModelClass,
  Entity,
  juggler,
  ModelDefinition,
  RepositoryMixin,
} from '@loopback/repository'
import { api, get, param, RestApplication } from '@loopback/rest'
import { defineCrudRestController } from '@loopback/rest-crud'
import { makeBooks } from '../work/books.mjs'
import { jsonSchemas } from '../work/json-schemas.mjs'
import { listModels, listOthers } from '../work/others.mjs'

const Application = RepositoryMixin(RestApplication)

const answerSpec = {
  responses: {
    200: {
      description: 'a greeting',
      content: { 'application/json': { schema: jsonSchemas.greetAnswer } },
    },
  },
}

/** A controller of greet methods, decorated by calling LoopBack's decorators as compiled TypeScript would. */
function publishMethods(app, name, basePath, methods) {
  const controller = { [name]: class {} }[name]
  for (const method of methods) {
    const value = async (text) => ({ greeting: `Hello, ${text}!` })
    Object.defineProperty(controller.prototype, method, { value, writable: true })
    const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method)
    get(`/${method}`, answerSpec)(controller.prototype, method, descriptor)
    param({
      name: 'name',
      in: 'query',
      required: true,
      schema: { type: 'string', minLength: 1, maxLength: 100 },
    })(controller.prototype, method, 0)
  }
  api({ basePath, paths: {} })(controller)
  app.controller(controller)
}

/** A property of a model from the JSON Schema that the other peers use. */
function definePropertyOf({ type, format, ...jsonSchema }, required) {
  if (format === 'date-time') return { type: 'date', required }
  if (type === 'integer') return { type: 'number', required, jsonSchema: { ...jsonSchema, type } }
  return { type, required, jsonSchema }
}

function publishModel(app, name, basePath, { properties, required = [] }) {
  const definition = new ModelDefinition({ name, settings: { strict: true } })
  definition.addProperty('id', { type: 'number', id: true, generated: true })
  for (const [key, schema] of Object.entries(properties)) {
    if (key === 'id') continue
    definition.addProperty(key, definePropertyOf(schema, required.includes(key)))
  }
  const model = defineModelClass(Entity, definition)
  const repository = defineCrudRepositoryClass(model)
  inject('datasources.db')(repository, undefined, 0)
  const { key } = app.repository(repository)
  const controller = defineCrudRestController(model, { basePath })
  inject(key)(controller, undefined, 0)
  app.controller(controller)
  return key
}

async function publishWork(app, plan) {
  const others = listOthers(plan.otherMethods)
  const publishOthers = (group) => {
    for (const { name, methods } of group) {
      publishMethods(app, name, `/api/${name.toLowerCase()}`, methods)
    }
  }
  publishOthers(others.before)
  publishMethods(app, 'Greeter', '/api/Greeters', ['greet'])
  const bookKey = publishModel(app, 'Book', '/api/Books', jsonSchemas.booksAnswer.items)
  const readerKey = publishModel(app, 'Reader', '/api/Readers', jsonSchemas.newReader)
  publishOthers(others.after)
  const books = await app.get(bookKey)
  await books.createAll(makeBooks().map(({ id, ...book }) => book))
  const readers = await app.get(readerKey)
  return () => readers.deleteAll()
}

/** LoopBack 4 with its memory connector, generated CRUD controllers and its default sequence. */
export async function start(plan) {
  const app = new Application({
    rest: { port: plan.port, host: '127.0.0.1', gracePeriodForClose: 0 },
    shutdown: { signals: [] },
  })
  app.dataSource(new juggler.DataSource({ name: 'db', connector: 'memory' }), 'db')
  let reset = () => {}
  if (plan.models > 0) {
    for (const name of listModels(plan.models)) {
      publishModel(app, name, `/api/${name}`, jsonSchemas.newItem)
    }
  } else {
    reset = await publishWork(app, plan)
  }
  await app.start()
  return { port: app.restServer.httpServer.port, reset }
}
