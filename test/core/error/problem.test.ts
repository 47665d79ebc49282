import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ownStatusOf, phraseOf, problemFromError } from '../../../core/error/problem.ts'
import { RemoteError, remoteError } from '../../../core/error/remote-error.ts'

test('EB-1, E-13: a 4xx shows name, message, wire code and details, in this order', () => {
  const error = remoteError('MODEL_NOT_FOUND', 'Unknown "Book" id "7".', { id: 7 })
  assert.is(
    JSON.stringify(problemFromError(error).body),
    '{"statusCode":404,"name":"Error","message":"Unknown \\"Book\\" id \\"7\\".","code":"MODEL_NOT_FOUND","details":{"id":7}}',
  )
})

test('EB-2: a 5xx shows its phrase and nothing else, whatever the error carries', () => {
  const error = new RemoteError('secret', {
    statusCode: 500,
    reason: 'X',
    details: { secret: 1 },
    cause: new Error('deep'),
  })
  assert.equal(problemFromError(error), {
    statusCode: 500,
    body: { statusCode: 500, message: 'Internal Server Error' },
  })
  assert.is(phraseOf(600), 'Unknown Error')
})

test('EB-5: lists are rendered item by item, items that went well stand as null', () => {
  const { statusCode, body } = problemFromError([
    null,
    Object.assign(new Error('a'), { statusCode: 400 }),
    'x',
  ])
  assert.is(statusCode, 500)
  assert.equal(body['details'], [
    null,
    { statusCode: 400, name: 'Error', message: 'a' },
    { statusCode: 500, message: 'Internal Server Error' },
  ])
})

test('E-0: only whole numbers from 400 to 999 are honoured; a fallback steps in for errors without any', () => {
  const table: readonly (readonly [unknown, number])[] = [
    [{ statusCode: 404 }, 404],
    [{ status: '409' }, 409],
    [{ statusCode: 0, status: 410 }, 410],
    [{ statusCode: 200 }, 500],
    [{ statusCode: 304 }, 500],
    [{ statusCode: 600 }, 600],
    [{ statusCode: 4040 }, 500],
    [{ statusCode: 404.5 }, 500],
    [{ statusCode: 'x' }, 500],
  ]
  for (const [error, status] of table)
    assert.is(problemFromError(error).statusCode, status, JSON.stringify(error))
  assert.is(problemFromError(new Error('x'), { fallbackStatus: 418 }).statusCode, 418)
  assert.is(problemFromError({ statusCode: 404 }, { fallbackStatus: 418 }).statusCode, 404)
  assert.is(problemFromError(undefined, { fallbackStatus: 418 }).statusCode, 418)
  assert.is(ownStatusOf(new Error('x')), undefined)
})

test('E-1, E-2: status beside statusCode, and safe fields', () => {
  const error = Object.assign(new Error('x'), { statusCode: 503, retry: 5, secret: 1 })
  assert.equal(problemFromError(error, { includeStatus: true, safeFields: ['retry'] }).body, {
    statusCode: 503,
    status: 503,
    message: 'Service Unavailable',
    retry: 5,
  })
})

test('EB-1: debug shows own properties and the stack, never a prototype key', () => {
  const error = Object.assign(new Error('x'), JSON.parse('{"__proto__":{"polluted":1},"extra":2}'))
  const { body } = problemFromError(error, { debug: true })
  assert.is(body['extra'], 2)
  assert.match(String(body['stack']), 'Error: x')
  assert.is(Object.getPrototypeOf(body), Object.prototype)
})

test.run()
