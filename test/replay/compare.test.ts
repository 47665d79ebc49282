import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Comparison } from './compare.ts'
import { type Answer, conversationNames, loadConversation, type Step } from './conversation.ts'
import { satisfies } from './decision.ts'
import { Normaliser } from './normalise.ts'

const step: Step = { name: 's', method: 'GET', path: '/' }
const answer = (body: unknown, status = 200): Answer => ({ step: 's', status, headers: {}, body })

function differences(recorded: unknown, actual: unknown, one: Partial<Step> = {}): string[] {
  return new Comparison().differences({ ...step, ...one }, answer(recorded), answer(actual))
}

test('every recording agrees with itself', () => {
  for (const name of conversationNames()) {
    const { conversation, recorded } = loadConversation(name)
    const comparison = new Comparison()
    conversation.steps.forEach((each, i) => {
      const one = recorded[i]
      assert.ok(one !== undefined && one.step === each.name, `${name}: step ${i} is recorded`)
      assert.equal(comparison.differences(each, one, one), [])
    })
  }
})

test('sees a changed value, a missing and an added member, another length and another type', () => {
  assert.equal(differences({ a: 1 }, { a: 2 }), ['body.a 1 -> 2'])
  assert.equal(differences({ a: 1, b: 2 }, { a: 1, c: 3 }), [
    'body.b missing, was 2',
    'body.c added 3',
  ])
  assert.equal(differences([1], [1, 2]), ['body.length 1 -> 2'])
  assert.equal(differences({ a: null }, { a: {} }), ['body.a null -> {}'])
})

test('other ids count as equal once an answer paired them, under id-like keys and in texts only', () => {
  const comparison = new Comparison()
  const post: Step = { ...step, method: 'POST' }
  assert.equal(comparison.differences(post, answer({ id: 1 }), answer({ id: 7 })), [])
  assert.equal(comparison.differences(step, answer({ bookId: 1 }), answer({ bookId: 7 })), [])
  assert.equal(comparison.differences(step, answer('id 1 of 2'), answer('id 7 of 2')), [])
  assert.equal(comparison.differences(step, answer({ price: 1 }), answer({ price: 7 })), [
    'body.price 1 -> 7',
  ])
  assert.equal(comparison.differences(step, answer({ bookId: 2 }), answer({ bookId: 7 })), [
    'body.bookId 2 -> 7',
  ])
})

test('of an unknown URL only the kind of error counts', () => {
  const kind = (message: string, name: string): Answer =>
    answer({ error: { name, message, statusCode: 404 } }, 404)
  const compare = (actual: Answer): string[] =>
    new Comparison().differences(step, kind('Cannot GET /x', 'Error'), actual)
  assert.equal(compare(kind('no such page', 'Error')), [])
  assert.equal(compare(kind('Cannot GET /x', 'Lost')), ['body.error.name "Error" -> "Lost"'])
})

test('normalises origin, tokens, UUIDs and the time of now, and nothing else', () => {
  const normaliser = new Normaliser('http://127.0.0.1:4000')
  const token = `a1${'b'.repeat(62)}`
  assert.equal(
    normaliser.value({
      stack: 'Error at …',
      url: 'http://127.0.0.1:4000/api',
      token,
      again: `${token} and 6ba7b810-9dad-11d1-80b4-00c04fd430c8`,
      now: new Date().toISOString(),
      past: '2016-05-19T13:28:51.299Z',
    }),
    {
      url: '<origin>/api',
      token: '<token:1>',
      again: '<token:1> and <uuid:1>',
      now: '<date>',
      past: '2016-05-19T13:28:51.299Z',
    },
  )
})

test('a decision accepts what it names and nothing else', () => {
  const decision = { why: '', expect: { status: [400, 422], code: 'X' } }
  const error = (status: number, code: string): Answer => answer({ error: { code } }, status)
  assert.is(satisfies(decision, error(422, 'X')), true)
  assert.is(satisfies(decision, error(422, 'Y')), false)
  assert.is(satisfies(decision, error(500, 'X')), false)
})

test.run()
