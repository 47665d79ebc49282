import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  checkPattern,
  comparePatterns,
  matchesPattern,
  selectHooks,
} from '../../../core/method/hooks.ts'

const patterns = [
  '**.st',
  '**',
  '*.**',
  '*.*',
  '*.st',
  'Thing.**',
  'Thing.*',
  'Thing.st',
  '**.pr',
  '*.prototype.*',
  '*.prototype.pr',
  'Thing.*.pr',
  'Thing.prototype.*',
  'Thing.prototype.pr',
  '*',
  'Thing',
  'prototype.*',
]

function order(name: string, kind: 'specificity' | 'registration' = 'specificity'): string[] {
  const ran: string[] = []
  const entries = patterns.map((pattern) => ({ pattern, hook: () => ran.push(pattern) }))
  for (const hook of selectHooks(entries, name, kind)) hook(undefined as never)
  return ran
}

test('HM-1, HM-3: hooks of a static method run from narrow to wide, whatever the order of registration', () => {
  assert.equal(order('Thing.st'), [
    'Thing.st',
    'Thing.*',
    'Thing.**',
    '*.st',
    '*.*',
    '*.**',
    '**',
    '**.st',
  ])
})

test('HM-4: hooks of a prototype method run from narrow to wide', () => {
  assert.equal(order('Thing.prototype.pr'), [
    'Thing.prototype.pr',
    'Thing.prototype.*',
    'Thing.*.pr',
    'Thing.**',
    '*.prototype.pr',
    '*.prototype.*',
    '*.**',
    '**',
    '**.pr',
  ])
})

test('HM-2: hookOrder registration keeps the order of registration', () => {
  assert.equal(order('Thing.st', 'registration'), [
    '**.st',
    '**',
    '*.**',
    '*.*',
    '*.st',
    'Thing.**',
    'Thing.*',
    'Thing.st',
  ])
})

test('HM-1: equal patterns run in registration order', () => {
  const ran: number[] = []
  const entries = [1, 2, 3].map((n) => ({ pattern: 'A.b', hook: () => ran.push(n) }))
  for (const hook of selectHooks(entries, 'A.b', 'specificity')) hook(undefined as never)
  assert.equal(ran, [1, 2, 3])
})

test('HM-5: a star is exactly one segment, names are case-sensitive', () => {
  for (const pattern of ['*', 'Thing', 'prototype.*', 'thing.st', '*.*.*']) {
    assert.not(matchesPattern(pattern, 'Thing.st'), pattern)
  }
  assert.not(matchesPattern('*.*', 'Thing.prototype.pr'))
  assert.ok(matchesPattern('Thing.**', 'Thing.prototype.pr'))
})

test('narrow patterns compare below wide ones', () => {
  assert.ok(comparePatterns('A.b', 'A.*') < 0)
  assert.ok(comparePatterns('**', 'A.b') > 0)
  assert.is(comparePatterns('A.*', 'B.*'), 0)
})

test('a pattern with an empty segment is refused', () => {
  for (const pattern of ['', 'A..b', '.a'])
    assert.throws(() => checkPattern(pattern), /empty segment/)
})

test.run()
