import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SharedClassBuilder } from '../../../core/method/shared-class.ts'

const value = (definition = {}) => ({ definition, handler: () => undefined })

function names(
  builder: SharedClassBuilder,
  options: Partial<Parameters<SharedClassBuilder['sources']>[0]> = {},
) {
  return builder
    .sources({ unanchored: false, warn: () => {}, ...options })
    .map((source) =>
      source.definition.isStatic === false ? `prototype.${source.name}` : source.name,
    )
}

test('C-1: a class needs a name', () => {
  assert.throws(() => new SharedClassBuilder(''), /needs a name/)
})

test('C-7: methods come as statics, prototype, resolved, defined', () => {
  const builder = new SharedClassBuilder('Thing', {
    methods: { one: value(), inst: value({ isStatic: false }), two: value() },
    resolve: (define) => define('lazy', { isStatic: true }, () => 1),
  })
  builder.defineMethod('late', { isStatic: true }, () => 1)
  assert.equal(names(builder), ['one', 'two', 'prototype.inst', 'lazy', 'late'])
})

test('C-7: two definitions of one name both appear, with a warning that names them', () => {
  const warnings: string[] = []
  const builder = new SharedClassBuilder('Thing', { methods: { one: value() } })
  builder.defineMethod('one', { isStatic: true }, () => 1)
  assert.equal(names(builder, { warn: (text) => warnings.push(text) }), ['one', 'one'])
  assert.match(warnings[0] ?? '', 'Thing.one')
})

test('C-8: defineMethod makes instance methods unless told otherwise, and refuses a prototype prefix', () => {
  const builder = new SharedClassBuilder('Thing')
  builder.defineMethod('m', {}, () => 1)
  assert.equal(names(builder), ['prototype.m'])
  assert.throws(() => builder.defineMethod('prototype.m', {}, () => 1), /isStatic: false/)
})

test('C-10: resolvers run on every listing', () => {
  let runs = 0
  const builder = new SharedClassBuilder('Thing').resolve((define) => {
    runs++
    define(`m${runs}`, { isStatic: true }, () => 1)
  })
  assert.equal(names(builder), ['m1'])
  assert.equal(names(builder), ['m2'])
})

test('C-11: disabling works by name, by alias, for prototype and resolved methods, and ahead of the method', () => {
  const builder = new SharedClassBuilder('Thing', {
    methods: {
      find: value({ aliases: ['all'] }),
      m: value(),
      p: value({ isStatic: false }),
    },
  })
  builder.disableMethodByName('all').disableMethodByName('prototype.m').disableMethodByName('later')
  builder
    .disableMethodByName('prototype.p')
    .resolve((define) => define('later', { isStatic: true }, () => 1))
  assert.equal(names(builder), ['m'])
})

test('C-13: disabled and unshared methods are listed on request', () => {
  const builder = new SharedClassBuilder('Thing', {
    methods: { a: value({ shared: false }), b: value() },
  }).disableMethodByName('b')
  assert.equal(names(builder), [])
  assert.equal(names(builder, { includeDisabled: true }), ['a', 'b'])
})

test('C-14: sharedMethods switches by exact name before glob; the class wins over the application', () => {
  const builder = new SharedClassBuilder('Thing', {
    methods: {
      find: value(),
      findById: value(),
      create: value(),
      destroyAll: value({ shared: false }),
    },
    sharedMethods: { 'find*': false, findById: true, destroyAll: true },
  })
  assert.equal(names(builder, { sharedMethods: { create: false, findById: false } }), [
    'findById',
    'destroyAll',
  ])
})

test('C-14: a value that is not boolean is a TypeError', () => {
  const builder = new SharedClassBuilder('Thing', {
    methods: { a: value() },
    sharedMethods: { a: 'no' as never },
  })
  assert.throws(
    () => names(builder),
    (error: Error) =>
      error instanceof TypeError && /Expected boolean, got string/.test(error.message),
  )
})

test('C-14: globs are anchored in strict; loopback3 matches anywhere and warns', () => {
  const make = () =>
    new SharedClassBuilder('Thing', {
      methods: { find: value(), prefind: value() },
      sharedMethods: { 'find*': false },
    })
  assert.equal(names(make()), ['prefind'])
  const warnings: string[] = []
  assert.equal(names(make(), { unanchored: true, warn: (text) => warnings.push(text) }), [])
  assert.is(warnings.length, 1)
  assert.match(warnings[0] ?? '', 'Thing.prefind')
})

test('C-15: expose is an allow-list that sharedMethods can still narrow', () => {
  const builder = new SharedClassBuilder('Thing', {
    methods: { find: value(), findById: value(), create: value(), x: value({ isStatic: false }) },
    expose: ['find*', 'prototype.x'],
    sharedMethods: { findById: false, create: true },
  })
  assert.equal(names(builder), ['find', 'prototype.x'])
})

test.run()
