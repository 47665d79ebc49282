import { serve } from '@hono/node-server'
import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { listRoutes } from '../work/routes.mjs'
import { zodSchemas } from '../work/zod-schemas.mjs'

/** Hono's names for the parts of a request that `routes.mjs` describes. */
const targets = { query: 'query', params: 'param', body: 'json' }

/** Hono on its Node adapter; its zod validator checks every input, `context.json` writes the answer. */
export async function start(plan) {
  const { routes, reset } = listRoutes(plan)
  const app = new Hono()
  for (const route of routes) {
    const parts = Object.keys(targets).filter((part) => route.schemas[part] !== undefined)
    const validators = parts.map((part) =>
      zValidator(targets[part], zodSchemas[route.schemas[part]]()),
    )
    app.on(route.verb, route.path, ...validators, (context) => {
      const input = {}
      for (const part of parts) input[part] = context.req.valid(targets[part])
      return context.json(route.handle(input))
    })
  }
  const port = await new Promise((resolve) => {
    serve({ fetch: app.fetch, port: plan.port, hostname: '127.0.0.1' }, (info) =>
      resolve(info.port),
    )
  })
  return { port, reset }
}
