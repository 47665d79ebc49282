import { ServiceBroker } from 'moleculer'
import { greet } from '../work.mjs'

let broker

async function startOnce() {
  broker = new ServiceBroker({ logger: false })
  broker.createService({
    name: 'greeter',
    actions: {
      greet: {
        params: { name: { type: 'string', min: 1, max: 100 } },
        handler: ({ params }) => greet(params),
      },
    },
  })
  await broker.start()
}

/** Moleculer's broker calling an action of its own node; fastest-validator checks the argument. */
export async function connect() {
  if (broker === undefined) await startOnce()
  return { greet: (args) => broker.call('greeter.greet', args), close() {} }
}
