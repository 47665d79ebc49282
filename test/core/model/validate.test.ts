import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RemoteError, ValidationDetails } from '../../../core/error/remote-error.ts'
import { compileCoercion } from '../../../core/model/coerce.ts'
import {
  defineModel,
  type ModelDefinition,
  type PropertyDeclarations,
} from '../../../core/model/define-model.ts'
import type { ValidationFailure } from '../../../core/model/failure.ts'
import type { Row } from '../../../core/model/model.ts'
import { compileValidation, type ValidationRun } from '../../../core/model/validate.ts'
import type { ProfileName } from '../../../core/profile.ts'
import { type Compiled, compile, compileJson, recorded } from './support.ts'

type Outcome = RemoteError | undefined

/** Converts and validates a new row, as `create` does. */
function tryCreate(
  compiled: Compiled,
  name: string,
  data: Row,
  run: Partial<ValidationRun> = {},
): Outcome | Promise<Outcome> {
  const model = compiled.model(name)
  const failures: ValidationFailure[] = []
  const row = compileCoercion(model).create(data, failures)
  return compileValidation(model, (other) => compiled.models.get(other)).check(row, {
    isNew: true,
    failures,
    ...run,
  })
}

function compileOne(
  properties: PropertyDeclarations,
  validations: readonly object[] = [],
  profile: ProfileName = 'strict',
): Compiled {
  const definition: ModelDefinition = defineModel('M', {
    properties,
    validations: validations as never[], // the compiler checks each one
    idInjection: false,
  })
  return compile([definition], profile)
}

function codesOf(outcome: Outcome | Promise<Outcome>): unknown {
  assert.not.instance(outcome, Promise)
  return ((outcome as Outcome)?.details as ValidationDetails | undefined)?.codes
}

const lb3 = compileJson([recorded.author, recorded.book, recorded.review, recorded.ledgerEntry])
const message = (name: string, data: Row) => (tryCreate(lb3, name, data) as Outcome)?.message

test('D-6-1, D-6-27: the recorded 422 of a missing name', () => {
  const error = tryCreate(lb3, 'Author', {}) as RemoteError
  assert.equal([error.statusCode, error.name, error.wireCode], [422, 'ValidationError', undefined])
  assert.is(
    error.message,
    "The `Author` instance is not valid. Details: `name` can't be blank (value: undefined).",
  )
  assert.equal(error.details, {
    context: 'Author',
    codes: { name: ['presence'] },
    messages: { name: ["can't be blank"] },
  })
})

test('D-6-27, D-6-22: recorded messages of reviews', () => {
  const start = 'The `Review` instance is not valid. Details: '
  const long = 'x'.repeat(130)
  const expected: [Row, string][] = [
    [{}, "`text` can't be blank (value: undefined); `stars` can't be blank (value: undefined)."],
    [
      { text: null, stars: null },
      "`text` can't be blank (value: null); `stars` can't be blank (value: null).",
    ],
    [{ text: '', stars: '' }, '`text` can\'t be blank (value: "").'],
    [{ text: 'x', stars: 'many' }, "`stars` can't be blank (value: NaN)."],
    [
      { text: 'x', stars: 0, posted: 'never' },
      '`posted` is not a valid date (value: Invalid Date).',
    ],
    [
      { posted: 'never' },
      "`text` can't be blank (value: undefined); `stars` can't be blank (value: undefined); `posted` is not a valid date (value: Invalid Date).",
    ],
    [{ text: long, stars: { a: 1 }, reviewer: ['a'] }, "`stars` can't be blank (value: NaN)."],
  ]
  for (const [data, text] of expected) assert.is(message('Review', data), start + text)
  assert.is(message('Review', { text: 'x', stars: 0 }), undefined)
})

test('D-1.4-5, D-6-2: creating with a forced id is refused, for new rows only', () => {
  assert.is(
    message('Author', { name: 'With id', id: 777 }),
    "The `Author` instance is not valid. Details: `id` can't be set (value: 777).",
  )
  const stored = { name: 'x', id: 7 }
  assert.is(tryCreate(lb3, 'Author', stored, { isNew: false }), undefined)
})

test('D-6-12, D-1.5-2: unknown properties come last and show no value', () => {
  assert.is(
    message('LedgerEntry', { memo: 'x' }),
    "The `LedgerEntry` instance is not valid. Details: `account` can't be blank (value: undefined); `amount` can't be blank (value: undefined); `memo` is not defined in the model (value: undefined).",
  )
  assert.is(
    message('LedgerEntry', { account: 'cash', amount: 10, memo: 'x', more: 1 }),
    'The `LedgerEntry` instance is not valid. Details: `memo` is not defined in the model (value: undefined); `more` is not defined in the model (value: undefined).',
  )
  assert.is(
    message('LedgerEntry', { account: '', amount: 0 }),
    'The `LedgerEntry` instance is not valid. Details: `account` can\'t be blank (value: "").',
  )
})

test('D-6-9: an unusable date is refused, a list of dates in strict too', () => {
  const dates = { d: 'date', list: ['date'] } as const
  const strict = tryCreate(compileOne(dates), 'M', { d: 'x', list: ['2020-01-01', 'y'] })
  assert.equal(codesOf(strict), { d: ['date'], 'list.1': ['date'] })
  const legacy = tryCreate(compileOne(dates, [], 'loopback3'), 'M', { list: ['y'] })
  assert.is(legacy, undefined)
})

test('D-1.3-3: conversion failures are 422 with code type; no other validator speaks of the property', () => {
  const compiled = compileOne({
    n: { type: 'number', required: true },
    s: { type: 'string', required: true },
  })
  const error = tryCreate(compiled, 'M', { n: 'many' }) as RemoteError
  assert.equal((error.details as ValidationDetails).codes, { n: ['type'], s: ['presence'] })
  assert.match(error.message, '`n` is not a number (value: "many")')
})

test('D-1.2-5: required takes options of the presence validator', () => {
  const compiled = compileOne({
    a: { type: 'string', required: { message: 'is needed', code: 'need' } },
  })
  const error = tryCreate(compiled, 'M', {}) as RemoteError
  assert.equal((error.details as ValidationDetails).codes, { a: ['need'] })
  assert.equal((error.details as ValidationDetails).messages, { a: ['is needed'] })
})

/** Runs one validation on one value; the machine codes found. */
function codesFor(validation: object, value: unknown, row: Row = {}): unknown {
  const compiled = compileOne({ x: 'any' }, [{ property: 'x', ...validation }])
  const codes = codesOf(tryCreate(compiled, 'M', { ...row, x: value })) as
    | Record<string, unknown>
    | undefined
  return codes?.['x']
}

test('D-6-2: absence', () => {
  assert.equal(codesFor({ kind: 'absence' }, 5), ['absence'])
  assert.is(codesFor({ kind: 'absence' }, undefined), undefined)
})

test('D-6-3: length of text and lists', () => {
  const between = { kind: 'length', min: 2, max: 3 }
  assert.equal(codesFor(between, 'a'), ['length.min'])
  assert.equal(codesFor(between, 'abcd'), ['length.max'])
  assert.is(codesFor(between, [1, 2]), undefined)
  assert.equal(codesFor({ kind: 'length', is: 2 }, 'abc'), ['length.is'])
})

test('D-6-4: numericality', () => {
  assert.equal(codesFor({ kind: 'numericality' }, 'x'), ['numericality.number'])
  assert.equal(codesFor({ kind: 'numericality', int: true }, 1.5), ['numericality.int'])
  assert.is(codesFor({ kind: 'numericality', int: true }, 2), undefined)
})

test('D-6-5, D-6-6: inclusion and exclusion', () => {
  assert.equal(codesFor({ kind: 'inclusion', in: ['a', 'b'] }, 'c'), ['inclusion'])
  assert.is(codesFor({ kind: 'inclusion', in: ['a', 'b'] }, 'a'), undefined)
  assert.equal(codesFor({ kind: 'exclusion', in: ['root'] }, 'root'), ['exclusion'])
})

test('D-6-7: format by expression, text and /text/flags; a global expression is the same every time', () => {
  assert.equal(codesFor({ kind: 'format', with: /^\d+$/ }, 'x'), ['format'])
  assert.is(codesFor({ kind: 'format', with: '^A' }, 'Ab'), undefined)
  assert.is(codesFor({ kind: 'format', with: '/^a/i' }, 'Ab'), undefined)
  const compiled = compileOne({ x: 'string' }, [{ property: 'x', kind: 'format', with: /a/g }])
  const { check } = compileValidation(compiled.model('M'))
  for (let round = 0; round < 3; round++) assert.is(check({ x: 'a' }, { isNew: true }), undefined)
})

test('D-6-21: blank and null have their own codes unless they are allowed', () => {
  const kinds = [
    { kind: 'length', min: 1 },
    { kind: 'numericality' },
    { kind: 'inclusion', in: [1] },
    { kind: 'exclusion', in: [1] },
    { kind: 'format', with: /x/ },
  ]
  for (const rule of kinds) {
    assert.equal(codesFor(rule, undefined), [`${rule.kind}.blank`])
    assert.equal(codesFor(rule, ''), [`${rule.kind}.blank`])
    assert.equal(codesFor(rule, null), [`${rule.kind}.null`])
    assert.is(codesFor({ ...rule, allowBlank: true }, ''), undefined)
    assert.is(codesFor({ ...rule, allowNull: true }, null), undefined)
  }
})

test('D-6-22: what counts as blank', () => {
  for (const value of [undefined, null, '', []]) {
    assert.equal(codesFor({ kind: 'presence' }, value), ['presence'])
  }
  for (const value of [0, false, ' ', {}])
    assert.is(codesFor({ kind: 'presence' }, value), undefined)
})

test('D-6-23: if and unless take functions and names; an unknown name counts as true', () => {
  const rule = { kind: 'presence' }
  assert.is(
    codesFor({ ...rule, if: (row: Row) => row['on'] === true }, '', { on: false }),
    undefined,
  )
  assert.equal(codesFor({ ...rule, if: 'on' }, '', { on: true }), ['presence'])
  assert.is(codesFor({ ...rule, unless: 'on' }, '', { on: true }), undefined)
  assert.equal(codesFor({ ...rule, if: 'nobody' }, ''), ['presence'])
  assert.is(codesFor({ ...rule, unless: 'nobody' }, ''), undefined)
})

test('D-6-24, D-6-10: a custom validator answers true, false or the kind of message', () => {
  const rule = (validate: unknown, more: object = {}) => ({ kind: 'custom', validate, ...more })
  assert.is(
    codesFor(
      rule(() => true),
      1,
    ),
    undefined,
  )
  assert.is(
    codesFor(
      rule(() => undefined),
      1,
    ),
    undefined,
  )
  assert.equal(
    codesFor(
      rule(() => false),
      1,
    ),
    ['custom'],
  )
  assert.equal(
    codesFor(
      rule(() => false, { code: 'mine' }),
      1,
    ),
    ['mine'],
  )
  const kinds = rule((value: unknown) => (value === 1 ? 'one' : 'other'), {
    message: { one: 'is one' },
  })
  const compiled = compileOne({ x: 'any' }, [{ property: 'x', ...kinds }])
  const texts = (x: number) =>
    ((tryCreate(compiled, 'M', { x }) as RemoteError).details as ValidationDetails).messages
  assert.equal([texts(1), texts(2)], [{ x: ['is one'] }, { x: ['other'] }])
})

test('a custom validator sees a copy of the row and the caller’s options', () => {
  const seen: unknown[] = []
  const validate = (_value: unknown, row: Row, options: Row) => {
    seen.push(options['who'])
    row['x'] = 'changed'
  }
  const compiled = compileOne({ x: 'any' }, [{ property: 'x', kind: 'custom', validate }])
  const row = { x: 1 }
  const { check } = compileValidation(compiled.model('M'))
  assert.is(check(row, { isNew: true, options: { who: 'me' } }), undefined)
  assert.equal([row, seen], [{ x: 1 }, ['me']])
})

test('D-6-11: only asynchronous validators make a promise, and the order does not depend on timing', async () => {
  const slow = async () => {
    await new Promise((done) => setTimeout(done, 5))
    return false
  }
  const compiled = compileOne({ a: 'any', b: 'any' }, [
    { property: 'a', kind: 'custom', validate: slow },
    { property: 'b', kind: 'custom', validate: async () => false },
  ])
  const outcome = tryCreate(compiled, 'M', {})
  assert.instance(outcome, Promise)
  const error = await outcome
  assert.match(error?.message ?? '', /`a` is invalid .*`b` is invalid/)
})

test('D-6-8, D-6-25: uniqueness asks for the scoped keys, skips blanks, and ignores case when told', async () => {
  const asked: unknown[] = []
  const isTaken: ValidationRun['isTaken'] = async (conditions) => {
    asked.push(conditions)
    return true
  }
  const compiled = compileOne({ email: 'string', realm: 'string' }, [
    { property: 'email', kind: 'uniqueness', scopedTo: ['realm'], ignoreCase: true },
  ])
  const error = await tryCreate(compiled, 'M', { email: 'A@b', realm: 'r' }, { isTaken })
  assert.equal(codesOf(error), { email: ['uniqueness'] })
  assert.equal(asked, [
    [
      { property: 'email', value: 'A@b', ignoreCase: true },
      { property: 'realm', value: 'r', ignoreCase: false },
    ],
  ])
  assert.is(tryCreate(compiled, 'M', { email: '' }, { isTaken }), undefined)
})

test('D-6-20: nested models are validated with the parent, under their path', () => {
  const compiled = compile([
    defineModel('Address', {
      properties: { street: { type: 'string', required: true } },
      validations: [{ property: 'zip', kind: 'length', is: 5, allowBlank: true }],
    }),
    defineModel('Order', {
      properties: {
        address: 'Address',
        items: [{ qty: { type: 'number', required: true } }],
        free: { type: { a: { type: 'string', required: true } }, validateNested: false },
      },
    }),
  ])
  const outcome = tryCreate(compiled, 'Order', {
    address: { zip: '1' },
    items: [{}, { qty: 0 }],
    free: {},
  })
  assert.equal(codesOf(outcome), {
    'address.street': ['presence'],
    'address.zip': ['length.is'],
    'items.0.qty': ['presence'],
  })
  const valid = { address: { street: 'x' }, items: [{ qty: 1 }], free: {} }
  assert.is(tryCreate(compiled, 'Order', valid), undefined)
})

test('D-6-20: asynchronous validators of nested models run too, and validateNested: false opts out', async () => {
  const Part = defineModel('Part', {
    properties: { n: 'number' },
    validations: [{ property: 'n', kind: 'custom', validate: async () => false }],
  })
  const properties = { parts: ['Part'] } as const
  const compiled = compile([
    Part,
    defineModel('A', { properties }),
    defineModel('B', { properties, validateNested: false }),
  ])
  const error = await tryCreate(compiled, 'A', { parts: [{ n: 1 }] })
  assert.equal(codesOf(error), { 'parts.0.n': ['custom'] })
  assert.is(tryCreate(compiled, 'B', { parts: [{ n: 1 }] }), undefined)
})

test('D-1.7-3: a partial run checks the given properties only, and not their uniqueness', () => {
  const compiled = compileOne({ a: { type: 'string', required: true }, b: 'string' }, [
    { property: 'b', kind: 'uniqueness' },
  ])
  const partial = { partial: true, isTaken: async () => true }
  assert.is(tryCreate(compiled, 'M', { b: 'x' }, partial), undefined)
  assert.equal(codesOf(tryCreate(compiled, 'M', { a: '' }, partial)), { a: ['presence'] })
})

test('D-6-27: long values are cut at 32 characters, ends kept; objects show one level', () => {
  const refuse = { property: 'x', kind: 'custom', validate: () => false }
  const compiled = compileOne({ x: 'any' }, [refuse])
  const shown = (x: unknown) =>
    /\(value: (.*)\)\.$/s.exec((tryCreate(compiled, 'M', { x }) as RemoteError).message)?.[1]
  assert.is(shown('1234567890'.repeat(4)), '"1234567890123456789012345...890"')
  assert.is(shown({ a: { b: 'c' } }), '{ a: [Object] }')
  assert.is(shown([{ a: { b: 'c' } }]), '[ { a: [Object] } ]')
  assert.is(shown(new Date(0)), '1970-01-01T00:00:00.000Z')
  assert.is((shown({ text: 'x'.repeat(500) }) ?? '').length <= 32, true)
})

test('D-6-28: values of hidden and protected properties are not shown', () => {
  const compiled = compile([
    defineModel('User', {
      properties: { password: 'string', pin: 'string' },
      hidden: ['password'],
      protected: ['pin'],
      validations: [
        { property: 'password', kind: 'length', min: 8 },
        { property: 'pin', kind: 'length', min: 8 },
      ],
    }),
  ])
  const error = tryCreate(compiled, 'User', { password: 'abc', pin: '123' }) as RemoteError
  assert.is(
    error.message,
    'The `User` instance is not valid. Details: `password` too short (value: [hidden]); `pin` too short (value: [hidden]).',
  )
})

test('several failures of one property stand together', () => {
  const compiled = compileOne({ a: 'string', b: 'string' }, [
    { property: 'a', kind: 'length', min: 5 },
    { property: 'b', kind: 'length', min: 5 },
    { property: 'a', kind: 'format', with: /^x/ },
  ])
  assert.equal(codesOf(tryCreate(compiled, 'M', { a: 'q', b: 'q' })), {
    a: ['length.min', 'format'],
    b: ['length.min'],
  })
})

test('a model without validations says so', () => {
  assert.is(compileValidation(compileOne({ a: 'string' }).model('M')).isEmpty, true)
  assert.is(compileValidation(lb3.model('Author')).isEmpty, false)
})

test.run()
