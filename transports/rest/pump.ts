import type { ServerResponse } from 'node:http'

/**
 * Carries items from a source to a response, one at a time: the source is not asked while the socket's buffer is full.
 * When the client goes away or `stop` aborts, the source is released at once, even in the middle of a wait.
 *
 * Returns whether the source ended by itself. **Errors**: rejects with what the source or `write` throws.
 * Source: remoting ST-7, ST-8.
 */
export async function pump(
  items: AsyncIterable<unknown>,
  response: ServerResponse,
  stop: AbortSignal,
  write: (item: unknown) => boolean,
): Promise<boolean> {
  const iterator = items[Symbol.asyncIterator]()
  let wake: (() => void) | undefined
  let isStopped = response.destroyed || stop.aborted
  let ended = false
  const halt = (): void => {
    isStopped = true
    wake?.()
  }
  response.once('close', halt)
  stop.addEventListener('abort', halt, { once: true })
  try {
    while (!isStopped) {
      const step = await new Promise<IteratorResult<unknown> | undefined>((resolve, reject) => {
        wake = () => resolve(undefined)
        iterator.next().then(resolve, reject)
      })
      if (step === undefined) break
      ended = step.done === true
      if (ended) break
      if (write(step.value) || isStopped) continue
      await new Promise<void>((resolve) => {
        wake = resolve
        response.once('drain', resolve)
      })
    }
    return ended
  } catch (error) {
    ended = false
    throw error
  } finally {
    response.off('close', halt)
    stop.removeEventListener('abort', halt)
    if (!ended) release(items, iterator)
  }
}

/** Lets go of a source that was not read to its end; a pending read must not hold it. */
function release(items: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>): void {
  if ('destroy' in items && typeof items.destroy === 'function') items.destroy()
  iterator.return?.().then(undefined, () => undefined)
}
