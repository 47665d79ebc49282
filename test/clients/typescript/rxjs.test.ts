import { firstValueFrom, lastValueFrom, map, take, toArray } from 'rxjs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { is } from 'viaduct/client'
import { toObservable } from 'viaduct/client/rxjs'
import { rejection, until, withLibrary } from './open-library.ts'

test('a stream is an Observable that completes with it; each subscription is a call', () =>
  withLibrary('rest', async ({ client: { Tools }, witness }) => {
    const countdown = toObservable(Tools.countdown({ from: 3 })).pipe(map(({ left }) => left))
    assert.equal(await lastValueFrom(countdown.pipe(toArray())), [3, 2, 1])
    assert.equal(await lastValueFrom(countdown.pipe(toArray())), [3, 2, 1])
    assert.is(witness.left, 2)
  }))

test('unsubscribing ends the stream at its source, also while it waits', () =>
  withLibrary('rest', async ({ client: { Book, Tools }, witness }) => {
    const two = toObservable(Tools.countdown({ from: 1_000_000 })).pipe(take(2), toArray())
    assert.is((await lastValueFrom(two)).length, 2)
    await until(() => witness.left === 1)
    let completed = false
    const watching = toObservable(Book.watch()).subscribe({
      complete: () => {
        completed = true
      },
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    watching.unsubscribe()
    assert.is(completed, false)
    assert.is(watching.closed, true)
  }))

test('the error of a stream is the error of the Observable', () =>
  withLibrary('rest', async ({ client: { Tools } }) => {
    const failing = toObservable(Tools.failing({ after: 0 }))
    assert.ok(is(await rejection(firstValueFrom(failing)), 'CONFLICT'))
  }))

test.run()
