import { Observable } from 'rxjs'
import type { Stream } from './call-options.ts'

/**
 * A stream as an Observable. Cold: every subscription is a call of its own, and unsubscribing ends it at its source.
 *
 * ```ts
 * toObservable(api.Book.watch()).pipe(filter(({ type }) => type === 'create')).subscribe(show)
 * ```
 */
export function toObservable<Item>(stream: Stream<Item>): Observable<Item> {
  return new Observable((subscriber) => {
    const items = stream[Symbol.asyncIterator]()
    const pass = async (): Promise<void> => {
      try {
        while (!subscriber.closed) {
          const result = await items.next()
          if (result.done === true) return subscriber.complete()
          subscriber.next(result.value)
        }
      } catch (error) {
        subscriber.error(error)
      }
    }
    void pass()
    return () => void items.return?.()?.catch(() => {}) // it is left: nobody can be told
  })
}
