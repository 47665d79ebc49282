import type { CallContext } from '../method/context.ts'

/** Runs a function inside a call. */
export type ContextRunner = <A, R>(context: CallContext, run: (argument: A) => R, argument: A) => R

let runner: ContextRunner = (_context, run, argument) => run(argument)

/**
 * Makes every later call run through `track`. Called once, by the module that offers `currentContext`: following calls
 * across awaits costs every promise of the process on Node 20, so that only who asks for it pays (some 10 % of a small
 * POST, measured 2026-11).
 */
export function trackCalls(track: ContextRunner): void {
  runner = track
}

/** Runs a function inside a call. */
export function runInContext<A, R>(context: CallContext, run: (argument: A) => R, argument: A): R {
  return runner(context, run, argument)
}
