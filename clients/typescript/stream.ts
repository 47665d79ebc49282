import type { Stream } from './call-options.ts'
import type { IncomingReply } from './channel.ts'
import { RemoteError } from './remote-error.ts'

/** Starts one call; the signal aborts when its stream is left. */
export type StartCall = (signal: AbortSignal) => Promise<IncomingReply>

/**
 * A stream that starts its call at the first item asked for. Leaving it ends a wait for the next item at once.
 */
export function createStream(start: StartCall): Stream<unknown> {
  return { [Symbol.asyncIterator]: () => iterate(start) }
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined }

function iterate(start: StartCall): AsyncIterator<unknown, undefined> {
  const leaving = new AbortController()
  let opening: Promise<AsyncIterator<unknown>> | undefined
  const leave = (): void => {
    if (leaving.signal.aborted) return
    leaving.abort(new DOMException('the stream was left', 'AbortError'))
    opening?.then((items) => items.return?.()).catch(() => {}) // it has been left: nobody can be told
  }
  return {
    async next() {
      if (leaving.signal.aborted) return done
      try {
        opening ??= start(leaving.signal).then(itemsOf)
        const result = await (await opening).next()
        if (leaving.signal.aborted) return done
        if (result.done !== true) return result
        leave()
        return done
      } catch (error) {
        if (leaving.signal.aborted) return done
        leave()
        throw error
      }
    },
    async return() {
      leave()
      return done
    },
  }
}

function itemsOf(reply: IncomingReply): AsyncIterator<unknown> {
  if (reply.kind === 'stream') return reply.items[Symbol.asyncIterator]()
  throw new RemoteError('a stream was expected, the answer is a value', {
    statusCode: 502,
    code: 'INVALID_ANSWER',
  })
}
