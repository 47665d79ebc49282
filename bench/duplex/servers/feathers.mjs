import { feathers } from '@feathersjs/feathers'
import { Ajv, hooks, jsonSchema } from '@feathersjs/schema'
import socketio from '@feathersjs/socketio'
import { copySchema } from '../../work/json-schemas.mjs'
import { greet } from '../work.mjs'

/** Feathers 5 on Socket.IO: one service, its query checked by the schema hook (ajv); WebSocket only. */
export async function start() {
  const app = feathers()
  app.configure(socketio({ transports: ['websocket'] }))
  app.use('greet', { find: async ({ query }) => greet(query) }, { methods: ['find'] })
  const schema = { $id: 'greetQuery', ...copySchema('greetQuery') }
  const check = hooks.validateQuery(jsonSchema.getValidator(schema, new Ajv({})))
  app.service('greet').hooks({ before: { find: [check] } })
  const server = await app.listen(0, '127.0.0.1')
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return { port: server.address().port }
}
