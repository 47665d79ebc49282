import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { absent, compileOutput, compileReturns } from '../../../core/method/output.ts'
import type { ReturnsDefinition } from '../../../core/method/shared-method.ts'
import { createTypeRegistry } from '../../../core/method/wire-registry.ts'
import { strictProfile } from '../../../core/profile.ts'

const types = createTypeRegistry({ profile: strictProfile, warn: () => {} })

function shape(returns: ReturnsDefinition | undefined, yielded: unknown, rich = false) {
  const compiled = compileReturns('C.m', returns, { types, warn: () => {} })
  return compileOutput('C.m', compiled)(yielded, rich)
}

test('R-1: no returns, no result', () => {
  assert.is(shape(undefined, 5).value, undefined)
  assert.is(shape([], 5).value, undefined)
})

test('R-2, I-6: one named return is keyed by its name, even when it is an array', () => {
  assert.equal(shape({ arg: 'list', type: 'array' }, [1, 2]).value, { list: [1, 2] })
})

test('I-6: several returns come as an array in order, or as an object by name', () => {
  const returns = [{ arg: 'a' }, { arg: 'b' }]
  assert.equal(shape(returns, [1, 2]).value, { a: 1, b: 2 })
  assert.equal(shape(returns, { b: 2, a: 1 }).value, { a: 1, b: 2 })
})

test('R-3: root is the whole result', () => {
  assert.is(shape({ arg: 'a', root: true }, 7).value, 7)
  assert.is(shape({ arg: 'a', root: true }, null).value, null)
})

test('R-4: values left out stay out; an absent root is an empty object', () => {
  assert.equal(shape([{ arg: 'a' }, { arg: 'b' }], [1]).value, { a: 1 })
  assert.equal(shape({ arg: 'a', root: true }, absent).value, {})
  assert.is(shape({ arg: 'a', root: true }, undefined).value, undefined)
})

test('R-5, R-6, R-7: status and header targets may stand anywhere and leave the body', () => {
  const out = shape(
    [
      { arg: 'code', type: 'number', http: { target: 'status' } },
      { arg: 'data', type: 'object', root: true },
      { arg: 'x', http: { target: 'header', header: 'X-Total' } },
      { arg: 'tags', type: 'array', http: { target: 'header' } },
      { arg: 'none', http: { target: 'header' } },
    ],
    [201, { ok: 1 }, 12, ['a', 'b'], undefined],
  )
  assert.equal(out, { value: { ok: 1 }, status: 201, headers: { 'X-Total': '12', tags: 'a, b' } })
})

test('R-8: named values are merged onto a copy of the root, in either order', () => {
  const root = { a: 1 }
  assert.equal(shape([{ arg: 'r', type: 'object', root: true }, { arg: 'n' }], [root, 2]).value, {
    a: 1,
    n: 2,
  })
  assert.equal(shape([{ arg: 'n' }, { arg: 'r', type: 'object', root: true }], [2, root]).value, {
    a: 1,
    n: 2,
  })
  assert.equal(root, { a: 1 })
  assert.throws(
    () => shape([{ arg: 'r', type: 'string', root: true }, { arg: 'n' }], []),
    /can not be merged/,
  )
  assert.throws(
    () => shape([{ arg: 'r', root: true }, { arg: 'n' }], [5, 2]),
    /need an object as root/,
  )
})

test('R-9: top-level dates and buffers travel in an envelope; rich transports get them as they are', () => {
  const date = new Date(0)
  assert.equal(shape({ arg: 'd', root: true }, date).value, {
    $type: 'date',
    $data: '1970-01-01T00:00:00.000Z',
  })
  assert.equal(shape({ arg: 'd', root: true }, new Date(Number.NaN)).value, {
    $type: 'date',
    $data: null,
  })
  assert.equal(shape({ arg: 'b' }, Buffer.from('hi')).value, {
    b: { $type: 'base64', $data: 'aGk=' },
  })
  assert.is(shape({ arg: 'd', root: true }, date, true).value, date)
  assert.equal(shape({ arg: 'd', root: true }, { d: date }).value, { d: date })
})

test('R-10, I-12: integer results must be safe integers', () => {
  assert.is(shape({ arg: 'n', type: 'integer', root: true }, 5).value, 5)
  for (const bad of [1.5, null, undefined, '5', 2 ** 53]) {
    assert.throws(() => shape({ arg: 'n', type: 'integer', root: true }, bad), /not a safe integer/)
  }
  assert.throws(
    () => shape({ arg: 'n', type: ['integer'], root: true }, [1, 2.5]),
    /not a safe integer/,
  )
})

test('R-11: a file return needs root', () => {
  assert.throws(() => shape({ arg: 'f', type: 'file' }, ''), /needs root: true/)
})

test('ST-1: only object streams with json are accepted', () => {
  assert.throws(() => shape({ arg: 's', type: 'ReadableStream' }, ''), /needs json: true/)
  assert.throws(() => shape({ arg: 's', type: 'WriteableStream', json: true }, ''), /not supported/)
  assert.throws(() => shape({ arg: 's', type: 'DuplexStream' }, ''), /not supported/)
})

test('R-12: other results are neither validated nor converted, unless validateReturns says so', () => {
  assert.is(shape({ arg: 'n', type: 'number', root: true }, 'five').value, 'five')
  const returns = compileReturns('C.m', z.object({ n: z.number() }), { types, warn: () => {} })
  const validating = compileOutput('C.m', returns, true)
  assert.equal(validating({ n: 5 }, false).value, { n: 5 })
  assert.throws(() => validating({ n: 'five' }, false), /return value "result" is refused/)
})

test.run()
