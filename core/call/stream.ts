/**
 * Reads anything a method may yield as a stream: an AsyncIterable, a Node or web ReadableStream, an rxjs Observable.
 * `undefined` for everything else. Leaving the loop cancels the source.
 */
export function toItems(source: unknown): AsyncIterable<unknown> | undefined {
  if (typeof source !== 'object' || source === null) return undefined
  if (Symbol.asyncIterator in source) return source as AsyncIterable<unknown>
  if ('getReader' in source && typeof source.getReader === 'function') {
    return webStreamItems(source as ReadableStream<unknown>)
  }
  if ('subscribe' in source && typeof source.subscribe === 'function') {
    return observableItems(source as ObservableLike)
  }
  return undefined
}

/** What rxjs and its kin have in common. Source: https://github.com/tc39/proposal-observable */
interface ObservableLike {
  subscribe(observer: {
    next(value: unknown): void
    error(reason: unknown): void
    complete(): void
  }): { unsubscribe(): void }
}

async function* webStreamItems(stream: ReadableStream<unknown>): AsyncGenerator<unknown> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
    reader.releaseLock()
  }
}

/** Items an Observable may run ahead of its reader; beyond it the stream fails rather than fill the heap. */
const maxBufferedItems = 10_000

async function* observableItems(source: ObservableLike): AsyncGenerator<unknown> {
  const waiting: unknown[] = []
  let ended: { readonly error?: unknown } | undefined
  let wake: (() => void) | undefined
  const settle = (end?: { readonly error?: unknown }) => {
    if (end !== undefined) ended ??= end
    wake?.()
  }
  const subscription = source.subscribe({
    next: (value) => {
      if (ended !== undefined) return
      if (waiting.length >= maxBufferedItems)
        settle({ error: new Error('the stream outran its reader') })
      else waiting.push(value)
      settle()
    },
    error: (error) => settle({ error }),
    complete: () => settle({}),
  })
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()
      if (ended !== undefined) {
        if ('error' in ended) throw ended.error
        return
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    subscription.unsubscribe()
  }
}
