import { createApp, sharedMethods, silentLogger } from '../../dist/core/index.js'
// The product's own copy of zod, so that one copy is loaded, as in an application.
import { z } from '../../node_modules/zod/index.js'
import { greet } from './work.mjs'

/** The application that Viaduct's rows call: one class with one method, no models. */
export function createGreeter() {
  const method = sharedMethods({})
  const methods = {
    greet: method(
      {
        accepts: { name: z.string().min(1).max(100) },
        returns: z.object({ greeting: z.string() }),
        http: { verb: 'get' },
      },
      greet,
    ),
  }
  return createApp({ models: {}, classes: { Greeter: { methods } }, logger: silentLogger })
}

/** What a generated file would tell its client. */
export const api = {
  viaduct: 1,
  classes: {
    Greeter: {
      path: '/Greeters',
      methods: { greet: { verb: 'get', path: '/greet', args: { name: 'query' } } },
    },
  },
}
