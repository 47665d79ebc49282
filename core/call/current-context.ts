import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallContext } from '../method/context.ts'

const storage = new AsyncLocalStorage<CallContext>()

/**
 * The context of the call this code runs in; survives awaits, timers and hooks. `undefined` outside a call.
 * Source: remoting X-10.
 */
export function currentContext(): CallContext | undefined {
  return storage.getStore()
}

/** Runs a function inside a call. */
export function runInContext<A, R>(context: CallContext, run: (argument: A) => R, argument: A): R {
  return storage.run(context, run, argument)
}
