/**
 * Who is compared, in report order. `dialect` names how requests are written (`work/requests.mjs`), `packages` whose
 * versions the report shows; the file `servers/<id>.mjs` holds the server.
 */
export const peers = [
  { id: 'viaduct', title: 'Viaduct', dialect: 'loopback', packages: [] },
  { id: 'raw', title: 'node:http', dialect: 'plain', packages: [] },
  { id: 'fastify', title: 'Fastify', dialect: 'plain', packages: ['fastify'] },
  { id: 'koa', title: 'Koa + router', dialect: 'plain', packages: ['koa', '@koa/router'] },
  { id: 'hono', title: 'Hono (Node)', dialect: 'plain', packages: ['hono', '@hono/node-server'] },
  { id: 'trpc', title: 'tRPC', dialect: 'trpc', packages: ['@trpc/server'] },
  { id: 'feathers', title: 'Feathers', dialect: 'plain', packages: ['@feathersjs/koa'] },
  { id: 'nest', title: 'NestJS + Fastify', dialect: 'plain', packages: ['@nestjs/core'] },
  { id: 'loopback3', title: 'LoopBack 3', dialect: 'loopback', packages: ['loopback'] },
  { id: 'loopback4', title: 'LoopBack 4', dialect: 'loopback', packages: ['@loopback/rest'] },
]
