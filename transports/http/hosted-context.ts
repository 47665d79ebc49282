import type { Context } from 'koa'

const hosted = new WeakSet<Context>()

/** Marks a context of the host's own Koa, whose outermost middleware calls `finishWaiting`. */
export function hostContext(context: Context): void {
  hosted.add(context)
}

/** The context belongs to the host's own Koa, not to an application the transport is mounted in. */
export function isHosted(context: Context): boolean {
  return hosted.has(context)
}
