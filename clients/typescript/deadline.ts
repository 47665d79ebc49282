import { eitherSignal } from './call-options.ts'
import type { ClientHandler, ClientMiddleware, IncomingReply, OutgoingCall } from './channel.ts'
import { RemoteError } from './remote-error.ts'

/**
 * Gives every call at most this many milliseconds; a call that has less keeps it. Put in front of `retry` it holds for
 * all attempts together, behind it for each of them.
 *
 * **Errors**: rejects with 504 `DEADLINE_EXCEEDED`.
 */
export function deadline(ms: number): ClientMiddleware {
  if (!(ms > 0))
    throw new TypeError(`deadline: the milliseconds must be positive, got ${typeof ms}`)
  return (next) => (call) => {
    const latest = Date.now() + ms
    return next({ ...call, deadline: Math.min(call.deadline ?? latest, latest) })
  }
}

/** Longest wait a timer takes. */
const maxTimerMs = 2 ** 31 - 1

/**
 * Keeps what a call says of its own end, whatever the channel does: rejects at its deadline and when its signal aborts.
 * A stream has to begin in time; after that only the signal counts.
 */
export function keepDeadline(next: ClientHandler): ClientHandler {
  return (call) => {
    const { signal, deadline: latest } = call
    return signal === undefined && latest === undefined ? next(call) : raceEnd(next, call, latest)
  }
}

async function raceEnd(
  next: ClientHandler,
  call: OutgoingCall,
  latest = Number.POSITIVE_INFINITY,
): Promise<IncomingReply> {
  call.signal?.throwIfAborted()
  const ending = new AbortController()
  const signal = eitherSignal(call.signal, ending.signal)
  const timer =
    latest === Number.POSITIVE_INFINITY
      ? undefined
      : setTimeout(
          () => ending.abort(deadlineExceeded()),
          Math.min(Math.max(0, latest - Date.now()), maxTimerMs),
        )
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  ended.catch(() => {}) // it may come after the reply
  try {
    return await Promise.race([next({ ...call, signal }), ended])
  } finally {
    clearTimeout(timer)
  }
}

/** The error of a call that took too long. */
export function deadlineExceeded(): RemoteError {
  return new RemoteError('the call took too long', { statusCode: 504, code: 'DEADLINE_EXCEEDED' })
}
