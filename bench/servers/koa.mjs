import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import { Ajv } from 'ajv'
import Koa from 'koa'
import { copySchema } from '../work/json-schemas.mjs'
import { listRoutes } from '../work/routes.mjs'

// The options that Fastify gives ajv, apart from removing unknown members.
const ajv = new Ajv({ coerceTypes: 'array', useDefaults: true, allErrors: false })
const compile = (name) => (name === undefined ? undefined : ajv.compile(copySchema(name)))

function makeHandler(route) {
  const isQuery = compile(route.schemas.query)
  const isParams = compile(route.schemas.params)
  const isBody = compile(route.schemas.body)
  return (context) => {
    const query = isQuery === undefined ? context.query : { ...context.query }
    const { params } = context
    const { body } = context.request
    if (isQuery?.(query) === false) context.throw(400, ajv.errorsText(isQuery.errors))
    if (isParams?.(params) === false) context.throw(400, ajv.errorsText(isParams.errors))
    if (isBody?.(body) === false) context.throw(400, ajv.errorsText(isBody.errors))
    context.body = route.handle({ query, params, body })
  }
}

/** Koa with its router and body parser; ajv checks every input, Koa writes the answer with `JSON.stringify`. */
export async function start(plan) {
  const { routes, reset } = listRoutes(plan)
  const app = new Koa()
  const router = new Router()
  app.silent = true
  for (const route of routes) router.register(route.path, [route.verb], makeHandler(route))
  app.use(bodyParser({ enableTypes: ['json'] }))
  app.use(router.routes())
  const server = await new Promise((resolve) => {
    const opened = app.listen(plan.port, '127.0.0.1', () => resolve(opened))
  })
  return { port: server.address().port, reset }
}
