import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { call, echo, ref, start, stopAll } from './batch-server.ts'

test.after.each(stopAll)

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })
const bad: readonly (readonly [string, unknown, number])[] = [
  ['no JSON', '[[2,1', 400],
  ['nothing', '', 400],
  ['an object', { a: 1 }, 400],
  ['a frame that is no list', [1], 400],
  ['an empty frame', [[]], 400],
  ['a hello', [[0, { version: 1 }]], 400],
  ['credit', [echo(1, 1), [8, 1, 5]], 400],
  ['items of a stream', [echo(1, 1), [6, 9, [1]]], 400],
  ['a ping', [[11, 1]], 400],
  ['an id of text', [[2, '1', 'Tools.echo', {}]], 400],
  ['the id 0', [echo(0, 1)], 400],
  ['an id twice', [echo(1, 1), echo(1, 2)], 400],
  ['ids that fall', [echo(2, 1), echo(1, 2)], 400],
  [
    'metadata of a call',
    [echo(1, 1), call(2, 'Tools.echo', {}, { metadata: { 'x-user': 'root' } })],
    400,
  ],
  [
    'metadata of a notice',
    [[10, 'Tools.echo', { value: 1 }, { metadata: { 'x-user': 'root' } }]],
    400,
  ],
  ['a reserved key', '[[2,1,"Tools.echo",{"value":{"__proto__":1}}]]', 400],
  ['an unknown tag', [echo(1, 1), echo(2, { $: ['what', 1] })], 400],
  ['values too deep', [echo(1, 1), echo(2, deep(40))], 400],
  ['too many calls', Array.from({ length: 101 }, (_, at) => echo(at + 1, at)), 413],
  ['too many notices', Array.from({ length: 101 }, () => [10, 'Tools.echo', { value: 1 }]), 413],
  ['a body too large', [echo(1, 'x'.repeat(1024 * 1024))], 413],
]

for (const [what, frames, status] of bad) {
  test(`Q-2, Q-4, E-1: ${what} is a ${status} in the problem envelope, and nothing runs`, async () => {
    const { send, seen } = await start()
    const answer = await send(frames)
    assert.is(answer.status, status, answer.body)
    const { error } = JSON.parse(answer.body)
    assert.is(error.statusCode, status)
    assert.type(error.message, 'string')
    assert.equal(seen, [])
  })
}

test('Q-7: another content type is a 415: forms of foreign sites do not come through', async () => {
  const { send, seen } = await start()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    assert.is((await send([echo(1, 1)], { 'Content-Type': type })).status, 415)
  }
  assert.equal(seen, [])
})

test('what is wrong with one call fails that call alone', async () => {
  const { ask } = await start()
  const replies = await ask([
    call(1, 'Tools.nothing'),
    call(2, 'Tools.echo', []),
    call(3, 'Tools.echo', {}, { timeout: -1 }),
    echo(4, ref(9)),
    echo(5, ref(5)),
    echo(6, ref(7)),
    echo(7, 'x'),
    echo(8, ref(7, 'a')),
    echo(9, ref(7, ...Array.from({ length: 9 }, () => 'a'))),
    call(10, 'Author.prototype.patchAttributes', { data: {} }, { ctor: ref(7) }),
    [2, 11, null],
  ])
  const statuses = replies.map((reply) => {
    const [kind, , problem] = reply as [number, number, { statusCode: number }]
    return kind === 3 ? 200 : problem.statusCode
  })
  assert.equal(statuses, [404, 400, 400, 400, 400, 400, 200, 400, 400, 400, 404])
})

test('limits: 100 calls are one batch, 64 references; maxCalls sets another number', async () => {
  const { ask } = await start()
  const hundred = Array.from({ length: 100 }, (_, at) => echo(at + 1, at))
  assert.is((await ask(hundred)).length, 100)
  const many = await ask([echo(1, 1), echo(2, Array(64).fill(ref(1))), echo(3, ref(1))])
  assert.equal(
    many.map((reply) => (reply as [number])[0]),
    [3, 3, 4],
  )
  const two = await start({ options: { batch: { maxCalls: 2 } } })
  assert.is((await two.send([echo(1, 1), echo(2, 2)])).status, 200)
  assert.is((await two.send([echo(1, 1), echo(2, 2), echo(3, 3)])).status, 413)
})

test('limits: calls that double what they are given end at the bytes a message may have', async () => {
  const { ask } = await start()
  const doubling = Array.from({ length: 31 }, (_, at) =>
    at === 0 ? echo(1, 'x'.repeat(1000)) : echo(at + 1, [ref(at), ref(at)]),
  )
  const kinds = (await ask(doubling)).map((reply) => (reply as [number])[0])
  assert.ok(kinds.indexOf(4) > 5 && kinds.indexOf(4) < 12, String(kinds))
  assert.is(kinds.lastIndexOf(3), kinds.indexOf(4) - 1)
})

test('limits: replies beyond 16 MiB together are refused one by one', async () => {
  const { ask } = await start()
  const replies = await ask([call(1, 'Tools.large'), call(2, 'Tools.large'), echo(3, 'small')])
  assert.equal(
    replies.map((reply) => (reply as [number])[0]),
    [3, 4, 3],
  )
})

test.run()
