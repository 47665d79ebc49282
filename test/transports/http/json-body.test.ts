import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defaultJsonLimits, parseJsonBody } from '../../../transports/http/json-body.ts'

const small = { maxDepth: 3, maxKeys: 4, maxItems: 5, refuseConstructor: true }
const parse = (text: string, limits = small) => parseJsonBody(text, { strict: false, limits })

/** What the limits say, looked up member by member. */
function breaks(value: unknown, depth = 1): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth > small.maxDepth) return true
  if (Array.isArray(value))
    return value.length > small.maxItems || value.some((item) => breaks(item, depth + 1))
  const keys = Object.keys(value)
  if (keys.length > small.maxKeys) return true
  if (keys.includes('__proto__') || keys.includes('constructor')) return true
  return Object.values(value).some((member) => breaks(member, depth + 1))
}

test('Q-11: a body is refused exactly when it breaks a limit, however short it is', () => {
  const key = fc.oneof(
    fc.constantFrom('a', 'b', 'constructor', '__proto__', '{', 'ü'),
    fc.string({ maxLength: 3 }),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, 1, 'text', '[[[[', '__proto__'),
      fc.array(tie('tree'), { maxLength: 7 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 6 }).map(Object.fromEntries),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.boolean(), (value, escaped) => {
      const plain = JSON.stringify(value)
      const text = escaped ? plain.replaceAll('__proto__', '\\u005f_proto__') : plain
      const parsed = JSON.parse(text)
      let refused = false
      try {
        assert.equal(parse(text), parsed)
      } catch (error) {
        if (!(error instanceof Error) || !('statusCode' in error)) throw error
        assert.is(error.statusCode, 400)
        refused = true
      }
      assert.is(refused, breaks(parsed))
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) },
  )
})

test('Q-11: a reserved key is found behind escapes and below the usual limits', () => {
  for (const text of [
    '{"__proto__":1}',
    '{"\\u005f\\u005fproto__":1}',
    '{"a":[{"constructor":{}}]}',
  ]) {
    assert.throws(
      () => parse(text, defaultJsonLimits),
      (error: { readonly reason?: string }) => error.reason === 'RESERVED_KEY',
    )
  }
  assert.equal(parse('{"a":"constructor __proto__"}', defaultJsonLimits), {
    a: 'constructor __proto__',
  })
})

test.run()
