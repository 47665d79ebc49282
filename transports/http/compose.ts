import type { Context, Middleware, Next } from 'koa'

/** Makes one middleware of several; the last one's `next` is the caller's. Source: Koa's guide, "Middleware". */
export function composeMiddleware(list: readonly Middleware[]): Middleware {
  return (context: Context, next: Next) => {
    let reached = -1
    const run = async (index: number): Promise<unknown> => {
      if (index <= reached) throw new Error('next() called multiple times')
      reached = index
      const middleware = list[index]
      return middleware === undefined ? next() : middleware(context, () => run(index + 1))
    }
    return run(0)
  }
}
