import { AsyncLocalStorage } from 'node:async_hooks'
import { trackCalls } from './call/current-context.ts'
import type { CallContext } from './method/context.ts'

const storage = new AsyncLocalStorage<CallContext>()

trackCalls((context, run, argument) => storage.run(context, run, argument))

/**
 * The context of the call this code runs in; survives awaits, timers and hooks. `undefined` outside a call.
 *
 * ```ts
 * import { currentContext } from 'viaduct/context'
 * ```
 *
 * Importing this module is what makes the runtime follow calls. Source: remoting X-10.
 */
export function currentContext(): CallContext | undefined {
  return storage.getStore()
}
