import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { maxShownRows } from '../../core/data/answer-size.ts'
import { compileLike } from '../../core/query/like-pattern.ts'
import { maxOrderKeys } from '../../core/query/parse-order.ts'
import { codeOf, startTarget, type Target } from './target.ts'

const booksOfAuthor = 120

const test = suite<{ target: Target }>('filter bombs')
test.before(async (context) => {
  const target = await startTarget()
  context.target = target
  await target.call('POST', '/Authors', { name: 'a', info: { a: 1 } })
  const books = Array.from({ length: booksOfAuthor }, () => ({ title: 'b', authorId: 1 }))
  await target.call('POST', '/Books', books)
})
test.after(({ target }) => target.stop())

const inherited = ['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'isPrototypeOf']

for (const name of inherited) {
  test(`D-3.2-18, D-1.2-18: "${name}" is no operator, no property and no relation`, async ({
    target,
  }) => {
    for (const filter of [
      { where: { name: { [name]: 1 } } },
      { where: { info: { [name]: { gt: 1 } } } },
      { where: { [name]: 1 } },
      { where: { books: { some: { [name]: 'x' } } } },
      { include: name },
      { include: { [name]: 'books' } },
      { order: name },
    ]) {
      assert.is((await target.find('/Authors', filter)).status, 400, JSON.stringify(filter))
    }
    assert.is((await target.find('/Authors', { fields: [name] })).answer.body, '[{}]')
  })
}

test('D-1.2-18: keys that reach a prototype are refused in every part of a filter', async ({
  target,
}) => {
  for (const key of ['__proto__', 'constructor']) {
    for (const text of [
      `{"where":{"${key}":{"polluted":1}}}`,
      `{"where":{"info.${key}.polluted":1}}`,
      `{"where":{"info":{"${key}":{"polluted":1}}}}`,
      `{"order":"info.${key}.polluted"}`,
      `{"include":[{"relation":"books","scope":{"where":{"${key}":{"polluted":1}}}}]}`,
      `{"${key}":{"polluted":1}}`,
    ]) {
      const path = `/Authors?filter=${encodeURIComponent(text)}`
      assert.is((await target.call('GET', path)).status, 400, text)
    }
  }
  assert.not('polluted' in {})
})

test('D-3.5-6: an order of more properties than anybody sorts by is refused, repeated ones count once', async ({
  target,
}) => {
  const keys = Array.from({ length: maxOrderKeys + 1 }, (_, index) => `info.k${index}`)
  const refused = await target.find('/Authors', { order: keys })
  assert.is(codeOf(refused), 'QUERY_TOO_COMPLEX')
  assert.is((await target.find('/Authors', { order: keys.slice(1) })).status, 200)
  const repeated = Array.from({ length: 3000 }, () => 'name').join()
  const answer = await target.call('GET', '/Authors', { filter: { order: repeated } })
  assert.is(answer.status, 200)
})

test('D-3.5-2: an order along a path of thousands of segments is refused', async ({ target }) => {
  const order = `info.${'a.'.repeat(5000)}a`
  assert.is(
    codeOf(await target.call('GET', '/Authors', { filter: { order } })),
    'QUERY_OBJECT_TOO_DEEP',
  )
})

test('D-3.4b-1, D-3.5-6: includes that go round in a circle do not multiply rows without limit', async ({
  target,
}) => {
  const circle = (rounds: number): unknown =>
    rounds === 0
      ? 'books'
      : {
          relation: 'books',
          scope: { include: { relation: 'author', scope: { include: circle(rounds - 1) } } },
        }
  const allowed = await target.find('/Authors', { include: circle(1) })
  assert.is(allowed.status, 200)
  assert.is(allowed.answer.body.match(/"title"/g)?.length, booksOfAuthor + booksOfAuthor ** 2)
  assert.ok(booksOfAuthor ** 3 > maxShownRows)
  const refused = await target.find('/Authors', { include: circle(2) })
  assert.is(codeOf(refused), 'QUERY_TOO_COMPLEX')
  const throughRelation = { relation: 'author', scope: { include: circle(2) } }
  assert.is(codeOf(await target.find('/Authors/1', { include: circle(2) })), 'QUERY_TOO_COMPLEX')
  const related = await target.find('/Authors/1/books', { include: throughRelation })
  assert.is(codeOf(related), 'QUERY_TOO_COMPLEX')
})

test('D-3.5-7: the patterns of one filter are limited together', async ({ target }) => {
  const or = (count: number, regexp: string) =>
    Array.from({ length: count }, () => ({ name: { regexp } }))
  const large = await target.call('GET', '/Authors', {
    filter: { where: { or: or(100, '(.{0,30}){0,15}z') } },
  })
  assert.is(codeOf(large), 'QUERY_TOO_COMPLEX')
  const usual = await target.call('GET', '/Authors', {
    filter: { where: { or: or(1000, '^a|b$') } },
  })
  assert.is(usual.status, 200)
})

test('D-3.2-7: like with "_" searches long texts in time that hardly grows with the pattern', () => {
  const text = 'a'.repeat(900_000)
  const start = performance.now()
  for (const pattern of [`%${'a'.repeat(250)}_b%`, `%${'a_'.repeat(200)}b%`]) {
    assert.is(compileLike(pattern, false)?.(text), false)
  }
  assert.ok(performance.now() - start < 1500) // 50 ms; comparing at every position took 4 s (2026-11)
})

test('D-3.2-7: like with "_" finds what comparing at every position finds', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['%a_c%', 'xxabcxx', true],
    ['%a_c%', 'xxaabxx', false],
    ['%_😀_%', 'a😀', false],
    ['%_😀_%', 'a😀b', true],
    ['%__%', '😀', false],
    [`%${'a'.repeat(40)}_b%`, `${'a'.repeat(80)}cb`, true],
    [`%${'_'.repeat(64)}b%`, `${'a'.repeat(63)}b`, false],
    [`%${'_'.repeat(64)}b%`, `${'a'.repeat(64)}b`, true],
  ]
  for (const [pattern, text, expected] of cases) {
    assert.is(compileLike(pattern, false)?.(text), expected, `${pattern} in ${text}`)
  }
})

test.run()
