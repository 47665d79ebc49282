import { fastify } from 'fastify'
import { copySchema } from '../work/json-schemas.mjs'
import { listRoutes } from '../work/routes.mjs'

function schemaOf({ schemas }) {
  const schema = {}
  if (schemas.query !== undefined) schema.querystring = copySchema(schemas.query)
  if (schemas.params !== undefined) schema.params = copySchema(schemas.params)
  if (schemas.body !== undefined) schema.body = copySchema(schemas.body)
  if (schemas.answer !== undefined) schema.response = { 200: copySchema(schemas.answer) }
  return schema
}

/** Fastify with a schema for every input (ajv) and every answer (fast-json-stringify). */
export async function start(plan) {
  const { routes, reset } = listRoutes(plan)
  const app = fastify({ logger: false })
  for (const route of routes) {
    app.route({
      method: route.verb,
      url: route.path,
      schema: schemaOf(route),
      handler: async (request) => route.handle(request),
    })
  }
  await app.listen({ port: plan.port, host: '127.0.0.1' })
  return { port: app.server.address().port, reset }
}
