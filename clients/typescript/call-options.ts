import type { OutgoingCall } from './channel.ts'

/** Options of one call, the last parameter of every method. */
export interface CallOptions {
  /** Aborts the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds the call may take. A stream has to begin within them. @default none */
  readonly timeoutMs?: number | undefined
  /** Sent with this call; headers over HTTP. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** A result that comes item by item. Every iteration is a call of its own; leaving it ends the stream at its source. */
export type Stream<Item> = AsyncIterable<Item>

/**
 * Refuses options nobody knows. **Errors**: `TypeError` naming the option.
 */
export function checkOptions(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`${what}: the options must be an object, got ${typeof given}`)
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw new TypeError(`${what}: unknown option "${key}"`)
  }
}

/** The part of a call its options decide. **Errors**: `TypeError` for an unknown option or a time that is none. */
export function fromOptions(
  options: CallOptions | undefined,
): Pick<OutgoingCall, 'signal' | 'deadline' | 'metadata'> {
  if (options === undefined) return {}
  checkOptions('call', options, ['signal', 'timeoutMs', 'metadata'])
  const { signal, timeoutMs, metadata } = options
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new TypeError(`call: timeoutMs must be a positive number, got ${timeoutMs}`)
  }
  return {
    signal,
    metadata: metadata && lowerCased(metadata),
    deadline: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
  }
}

/** Aborts with the caller's signal, if there is one, and with another. */
export function eitherSignal(given: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return given === undefined ? other : AbortSignal.any([given, other])
}

/** Metadata with its names in lower case. */
export function lowerCased(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
