import { checkOptions } from './call-options.ts'
import type { ClientHandler, ClientMiddleware, IncomingReply, OutgoingCall } from './channel.ts'
import { is } from './remote-error.ts'

/** Options of {@link retry}. */
export interface RetryOptions {
  /** How often a call is sent at most, the first time included. @default 3 */
  readonly attempts?: number
  /** Repetitions that may be in hand; each success gives a tenth of one back. @default 10 */
  readonly budget?: number
  /** Milliseconds: the first wait is chosen between 0 and this, each later one from twice the range. @default 100 */
  readonly baseMs?: number
  /** Milliseconds a wait takes at most. @default 5000 */
  readonly maxMs?: number
}

/** What a success gives back to the budget. */
const refund = 0.1

/**
 * Repeats calls that may be repeated without harm when the server cannot be reached, says `UNAVAILABLE`, or answers 503
 * with `Retry-After`. Waits are random ("full jitter"), so that many clients do not return at once; what a server asks
 * for is kept. When many calls fail the budget runs out, and calls fail at once. A stream is repeated until it has begun.
 */
export function retry(options: RetryOptions = {}): ClientMiddleware {
  checkOptions('retry', options, ['attempts', 'budget', 'baseMs', 'maxMs'])
  const { attempts = 3, budget = 10, baseMs = 100, maxMs = 5000 } = options
  let left = budget
  const waitOf = (error: unknown, attempt: number): number | undefined => {
    if (!isTransient(error) || attempt >= attempts || left < 1) return undefined
    return error.retryAfterMs ?? Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1))
  }
  return (next) => async (call) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return succeed(await next(call))
      } catch (error) {
        const waitMs = call.isIdempotent === true ? waitOf(error, attempt) : undefined
        if (waitMs === undefined || waitMs > timeLeft(call, maxMs)) throw error
        left -= 1
        await pause(waitMs, call.signal)
      }
    }
  }

  function succeed(reply: IncomingReply): IncomingReply {
    left = Math.min(budget, left + refund)
    return reply
  }
}

function isTransient(error: unknown): error is Error & { readonly retryAfterMs?: number } {
  if (!is(error)) return false
  return (
    error.code === 'UNAVAILABLE' || (error.statusCode === 503 && error.retryAfterMs !== undefined)
  )
}

/** A wait that ends behind the deadline, or is out of all proportion, is not begun. */
function timeLeft({ deadline }: OutgoingCall, maxMs: number): number {
  return deadline === undefined ? Math.max(maxMs, 60_000) : deadline - Date.now()
}

/** **Errors**: rejects with the signal's reason. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      if (signal?.aborted) reject(signal.reason)
      else resolve()
    }
    const timer = setTimeout(finish, ms)
    signal?.addEventListener('abort', finish, { once: true })
    if (signal?.aborted) finish()
  })
}

/** Handlers that middleware wraps from the inside out: the first one sees a call first. */
export function wrap(handler: ClientHandler, use: readonly ClientMiddleware[]): ClientHandler {
  return use.reduceRight((next, middleware) => middleware(next), handler)
}
