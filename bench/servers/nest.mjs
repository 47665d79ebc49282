import 'reflect-metadata'
import {
  Body,
  Controller,
  Delete,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Put,
  Query,
  ValidationPipe,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { findBooks, makeBooks } from '../work/books.mjs'
import { listModels, listOthers } from '../work/others.mjs'
import { createStore } from '../work/store.mjs'
import { makeItem, makeQueries, makeReader } from './nest-inputs.mjs'

const verbs = { get: Get, post: Post, put: Put, patch: Patch, delete: Delete }
const numberId = new ParseIntPipe()
const sources = {
  query: (target, name, index) => Query()(target, name, index),
  body: (target, name, index) => Body()(target, name, index),
  id: (target, name, index) => Param('id', numberId)(target, name, index),
}

/**
 * A controller class, decorated by calling Nest's decorators as compiled TypeScript would.
 *
 * `methods`: `{ greet: { verb: 'get', path: 'greet', inputs: [['query', GreetQuery]], handle } }`.
 */
function defineController(path, methods) {
  const controller = class {}
  for (const [name, { verb, path: methodPath, inputs, handle }] of Object.entries(methods)) {
    Object.defineProperty(controller.prototype, name, { value: handle, writable: true })
    const types = inputs.map(([, type]) => type)
    Reflect.defineMetadata('design:paramtypes', types, controller.prototype, name)
    inputs.forEach(([source], index) => {
      sources[source](controller.prototype, name, index)
    })
    const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, name)
    verbs[verb](methodPath)(controller.prototype, name, descriptor)
  }
  Controller(path)(controller)
  return controller
}

// One class for all greet methods: class-validator walks all known classes at each check, so that with 5,000 classes of
// input the peer answered about 100 requests per second.
const { GreetQuery, BooksQuery } = makeQueries()

const greetMethod = (path) => ({
  verb: 'get',
  path,
  inputs: [['query', GreetQuery]],
  handle: (query) => ({ greeting: `Hello, ${query.name}!` }),
})

const othersController = ({ name, methods }) =>
  defineController(
    name.toLowerCase(),
    Object.fromEntries(methods.map((method) => [method, greetMethod(method)])),
  )

function modelController(name) {
  const store = createStore()
  const { Item, ItemPatch } = makeItem()
  const { ItemsQuery } = makeQueries()
  const id = ['id', Number]
  const method = (verb, path, inputs, handle) => ({ verb, path, inputs, handle })
  return defineController(name.toLowerCase(), {
    create: method('post', '', [['body', Item]], (body) => store.create(body)),
    find: method('get', '', [['query', ItemsQuery]], (query) => store.list(query.limit)),
    patchAll: method('patch', '', [['body', ItemPatch]], (body) => store.patchAll(body)),
    count: method('get', 'count', [], () => store.count()),
    first: method('get', 'first', [], () => store.first() ?? null),
    findById: method('get', ':id', [id], (key) => store.get(key) ?? null),
    exists: method('get', ':id/exists', [id], (key) => store.exists(key)),
    replace: method('put', ':id', [id, ['body', Item]], (key, body) => store.replace(key, body)),
    patch: method('patch', ':id', [id, ['body', ItemPatch]], (key, body) => store.patch(key, body)),
    remove: method('delete', ':id', [id], (key) => store.remove(key)),
  })
}

function workControllers(plan) {
  const books = makeBooks()
  const readers = createStore()
  const others = listOthers(plan.otherMethods)
  const work = defineController('', {
    greet: greetMethod('greet'),
    find: {
      verb: 'get',
      path: 'books',
      inputs: [['query', BooksQuery]],
      handle: (query) => findBooks(books, query.minPages, query.order, query.limit),
    },
    create: {
      verb: 'post',
      path: 'readers',
      inputs: [['body', makeReader()]],
      handle: (body) => readers.create(body),
    },
  })
  const controllers = [
    ...others.before.map(othersController),
    work,
    ...others.after.map(othersController),
  ]
  return { controllers, reset: readers.clear }
}

/** NestJS on Fastify with its `ValidationPipe` (class-validator, transforming, unknown members refused). */
export async function start(plan) {
  const { controllers, reset } =
    plan.models > 0
      ? { controllers: listModels(plan.models).map(modelController), reset() {} }
      : workControllers(plan)
  const root = class {}
  Module({ controllers })(root)
  const app = await NestFactory.create(root, new FastifyAdapter(), { logger: false })
  app.useGlobalPipes(
    new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }),
  )
  await app.listen(plan.port, '127.0.0.1')
  return { port: app.getHttpServer().address().port, reset }
}
