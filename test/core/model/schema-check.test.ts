import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { compilePassCheck } from '../../../core/model/schema-check.ts'

const known = [
  z.string(),
  z.string().min(1),
  z.string().min(1).max(5),
  z.string().length(2),
  z.string().regex(/^a+$/).min(2).max(4),
  z.number(),
  z.number().min(0).max(100),
  z.number().positive(),
  z.number().lt(3),
  z.int(),
  z.int().min(-2).max(2),
  z.number().int(),
  z.boolean(),
  z.string().max(3).optional(),
  z.int().nullable(),
  z.string().min(2).default('xx'),
]

const runs = Number(process.env['FUZZ_RUNS'] ?? 300)

test('a passed check means the schema passes the value on unchanged', () => {
  const value = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('a', 'aa', 'aaa', ''),
    fc.double(),
    fc.integer({ min: -3, max: 120 }),
    fc.boolean(),
    fc.constantFrom(null, undefined, {}, [], Number.NaN, Infinity, 2 ** 60),
  )
  for (const schema of known) {
    const passes = compilePassCheck(schema)
    assert.ok(passes)
    fc.assert(
      fc.property(value, (given) => {
        if (!passes(given)) return
        const result = schema.safeParse(given)
        assert.ok(result.success)
        assert.ok(Object.is(result.data, given))
      }),
      { numRuns: runs },
    )
  }
})

test('a plain value passes without its schema', () => {
  assert.ok(compilePassCheck(z.string().min(1).max(50))?.('Ada'))
  assert.ok(compilePassCheck(z.int().min(18).max(120))?.(36))
  assert.ok(compilePassCheck(z.number().min(0).max(100).optional())?.(99.5))
})

test('schemas that change values or check otherwise are not short-cut', () => {
  for (const schema of [
    z.string().trim(),
    z.string().refine((text) => text !== 'no'),
    z.email(),
    z.coerce.string().toUpperCase(),
    z.number().multipleOf(2),
    z.int32(),
    z.string().transform((text) => text.length),
    z.string().regex(/a/g),
    z.object({ a: z.string() }),
    z.string().catch('x'),
  ]) {
    assert.is(compilePassCheck(schema), undefined)
  }
})

test.run()
