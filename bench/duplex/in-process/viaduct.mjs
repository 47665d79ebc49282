import { createClient, inProcessDialer } from '../../../dist/clients/typescript/index.js'
import { inProcess } from '../../../dist/transports/in-process/index.js'
import { api, createGreeter } from '../viaduct-app.mjs'

let invoker

async function startOnce() {
  invoker = inProcess()
  await createGreeter().install(invoker).start()
}

/** Viaduct's client on an application of the same process. */
export async function connect() {
  if (invoker === undefined) await startOnce()
  const client = createClient(inProcessDialer(invoker), { api })
  return { greet: (args) => client.Greeter.greet(args), close() {} }
}
