import loopback from 'loopback'
import { makeBooks } from '../work/books.mjs'
import { datePattern, emailPattern } from '../work/json-schemas.mjs'
import { listModels, listOthers } from '../work/others.mjs'

const greetDefinition = (name) => ({
  accepts: { arg: 'name', type: 'string', required: true },
  returns: { arg: 'greeting', type: 'string' },
  http: { verb: 'get', path: `/${name}` },
})

/** Descriptors know no lengths, so the method checks them. */
async function greet(name) {
  if (name.length < 1 || name.length > 100) {
    throw Object.assign(new Error('name must have 1 to 100 characters'), { statusCode: 400 })
  }
  return `Hello, ${name}!`
}

function publishMethods(app, className, path, methods) {
  const model = app.registry.createModel(className, {}, { base: 'Model', http: { path } })
  for (const method of methods) {
    model[method] = (name) => greet(name)
    model.remoteMethod(method, greetDefinition(method))
  }
  app.model(model, { dataSource: null, public: true })
}

function publishModel(app, name, properties, path = `/${name}`) {
  const model = app.registry.createModel(name, properties, {
    base: 'PersistedModel',
    strict: true,
    http: { path },
  })
  app.model(model, { dataSource: 'db', public: true })
  return model
}

const text = { type: 'string', required: true }
const number = { type: 'number', required: true }
const bookProperties = {
  id: { type: 'number', id: true },
  ...{ title: text, pages: number, price: number, country: text, rating: number },
  ...{ active: 'boolean', published: 'date', isbn: 'string', genre: 'string' },
}
const readerProperties = {
  ...{ firstName: text, lastName: text, email: text, age: number, country: text, phone: text },
  ...{ score: number, newsletter: { type: 'boolean', required: true }, birthday: text },
  note: 'string',
}

function validateRange(model, name, min, max, isInteger) {
  function check(fail) {
    const value = this[name]
    const isWithin = typeof value === 'number' && value >= min && value <= max
    if (!isWithin || (isInteger && !Number.isInteger(value))) fail()
  }
  model.validate(name, check, { message: 'is out of range' })
}

function validateReader(Reader) {
  const limit = (name, min, max) => Reader.validatesLengthOf(name, { min, max })
  limit('firstName', 1, 50)
  limit('lastName', 1, 50)
  limit('email', 3, 120)
  limit('country', 2, 2)
  limit('phone', 5, 20)
  Reader.validatesLengthOf('note', { max: 500, allowNull: true })
  Reader.validatesFormatOf('email', { with: new RegExp(emailPattern) })
  Reader.validatesFormatOf('birthday', { with: new RegExp(datePattern) })
  validateRange(Reader, 'age', 18, 120, true)
  validateRange(Reader, 'score', 0, 100, false)
}

function publishItems(app, plan) {
  for (const name of listModels(plan.models)) {
    const Item = publishModel(app, name, {
      ...{ title: text, pages: 'number', price: 'number', country: 'string', rating: 'number' },
      ...{ active: 'boolean', published: 'date', isbn: 'string' },
    })
    Item.validatesLengthOf('title', { min: 1, max: 100 })
  }
}

async function publishWork(app, plan) {
  const others = listOthers(plan.otherMethods)
  const publishOthers = (group) => {
    for (const { name, methods } of group) {
      publishMethods(app, name, `/${name.toLowerCase()}`, methods)
    }
  }
  publishOthers(others.before)
  publishMethods(app, 'Greeter', '/Greeters', ['greet'])
  const Book = publishModel(app, 'Book', bookProperties, '/Books')
  const Reader = publishModel(app, 'Reader', readerProperties, '/Readers')
  validateReader(Reader)
  publishOthers(others.after)
  await Book.create(makeBooks())
  return () => Reader.destroyAll()
}

/** LoopBack 3 with its memory connector and REST adapter, default middleware only. */
export async function start(plan) {
  const app = loopback({ localRegistry: true, loadBuiltinModels: true })
  app.set('remoting', { context: false, cors: false })
  app.set('legacyExplorer', false)
  app.dataSource('db', { connector: 'memory' })
  let reset = () => {}
  if (plan.models > 0) publishItems(app, plan)
  else reset = await publishWork(app, plan)
  app.use('/api', loopback.rest())
  const server = await new Promise((resolve) => {
    const opened = app.listen(plan.port, '127.0.0.1', () => resolve(opened))
  })
  return { port: server.address().port, reset }
}
