import type { McpLimits } from './mcp-options.ts'

/** Gets the JSON of an item and its number, from 1. The source waits for it. */
export type ItemListener = (text: string, count: number) => Promise<void>

/** What ends the reading of a stream besides its end. */
export interface CollectOptions {
  /** The caller is gone: the items are of no use any more. */
  readonly signal: AbortSignal
  /** The transport closes: what came so far is the answer. */
  readonly closing: AbortSignal
  readonly limits: Pick<McpLimits, 'maxItems' | 'maxStreamLength' | 'streamTimeoutMs'>
  readonly onItem: ItemListener | undefined
}

/** The items of a stream as JSON; `complete` when the source ended by itself. */
export interface CollectedItems {
  readonly texts: readonly string[]
  readonly complete: boolean
}

/**
 * Reads a stream into a list, within limits. A source that is not read to its end is released at once, even in the middle
 * of a wait.
 *
 * **Errors**: rejects with what the source throws, and with the reason of the signal.
 */
export async function collectItems(
  items: AsyncIterable<unknown>,
  options: CollectOptions,
): Promise<CollectedItems> {
  const { signal, closing, limits, onItem } = options
  const iterator = items[Symbol.asyncIterator]()
  const texts: string[] = []
  let length = 0
  let isDone = false
  const stop = stopSignal(signal, closing, limits.streamTimeoutMs)
  try {
    for (;;) {
      const step = await nextUnlessStopped(iterator, stop.signal)
      signal.throwIfAborted()
      if (step === undefined) break
      isDone = step.done === true
      if (isDone || texts.length >= limits.maxItems) break
      const text = JSON.stringify(step.value) ?? 'null'
      length += text.length
      if (length > limits.maxStreamLength) break
      texts.push(text)
      await onItem?.(text, texts.length)
    }
    return { texts, complete: isDone }
  } finally {
    stop.release()
    if (!isDone) release(items, iterator)
  }
}

/** One signal of its own for all that ends the reading; released, it leaves nothing at the long-lived ones. */
function stopSignal(
  signal: AbortSignal,
  closing: AbortSignal,
  timeoutMs: number,
): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  const timer = setTimeout(stop, timeoutMs)
  for (const one of [signal, closing]) {
    if (one.aborted) stop()
    one.addEventListener('abort', stop)
  }
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer)
      for (const one of [signal, closing]) one.removeEventListener('abort', stop)
    },
  }
}

/** The next step, `undefined` once stopped. */
function nextUnlessStopped(
  iterator: AsyncIterator<unknown>,
  stop: AbortSignal,
): Promise<IteratorResult<unknown> | undefined> {
  if (stop.aborted) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined)
    stop.addEventListener('abort', leave, { once: true })
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => stop.removeEventListener('abort', leave))
  })
}

/** Lets go of a source that was not read to its end; a pending read must not hold it. Never throws. */
function release(items: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>): void {
  try {
    if ('destroy' in items && typeof items.destroy === 'function') items.destroy()
    iterator.return?.().then(undefined, () => undefined)
  } catch {
    // the application's own iterator; nobody waits for it any more
  }
}

/** Lets go of a source nobody began to read. Never throws. */
export function discardItems(items: AsyncIterable<unknown>): void {
  try {
    release(items, items[Symbol.asyncIterator]())
  } catch {
    // as above
  }
}
