import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PhaseList } from '../../../core/call/phases.ts'

test('H-1: the built-in phases are auth and invoke; others are added around them', () => {
  const phases = new PhaseList(['auth', 'invoke'])
  phases.addBefore('auth', 'first').addAfter('invoke', 'last').addAt(1, 'second').add('end')
  assert.equal(phases.getPhaseNames(), ['first', 'second', 'auth', 'invoke', 'last', 'end'])
  assert.is(phases.first()?.name, 'first')
  assert.is(phases.last()?.name, 'end')
  assert.is(phases.remove('second')?.name, 'second')
  assert.is(phases.remove('second'), undefined)
  assert.is(phases.findOrAdd('later').name, 'later')
  assert.is(phases.find('nowhere'), undefined)
})

test('H-1: duplicate names and unknown neighbours throw', () => {
  const phases = new PhaseList(['auth'])
  assert.throws(() => phases.add('auth'), 'Phase "auth" already exists.')
  assert.throws(() => phases.addBefore('nowhere', 'x'), 'Unknown phase: nowhere')
  assert.throws(() => phases.addAfter('nowhere', 'x'), 'Unknown phase: nowhere')
  assert.throws(() => phases.add(7 as never), 'Cannot add a non phase object to a PhaseList')
})

test('F-11.4: zipMerge keeps both orders', () => {
  const phases = new PhaseList(['initial', 'session', 'auth', 'parse', 'routes', 'files', 'final'])
  phases.zipMerge(['initial', 'postinit', 'preauth', 'routes', 'subapps'])
  assert.equal(phases.getPhaseNames(), [
    'initial',
    'postinit',
    'preauth',
    'session',
    'auth',
    'parse',
    'routes',
    'subapps',
    'files',
    'final',
  ])
})

test('F-11.3: an unknown first name goes to the front, a contradiction is refused', () => {
  const phases = new PhaseList(['a', 'b'])
  phases.zipMerge(['x', 'b'])
  assert.equal(phases.getPhaseNames(), ['x', 'a', 'b'])
  assert.throws(() => phases.zipMerge(['b', 'a']), /Ordering conflict: cannot add "a" after "b"/)
})

test('PH-1, PH-2: handlers match every pattern form and run in registration order', () => {
  const phases = new PhaseList(['auth', 'invoke'])
  const ran: string[] = []
  for (const pattern of ['**', '*.prototype.*', '**.pr', 'Thing.*.pr', '*.st']) {
    phases.registerHandler('invoke:before', pattern, () => ran.push(pattern))
  }
  for (const hook of phases.handlersFor('invoke', 'before', 'Thing.prototype.pr'))
    hook(undefined as never)
  assert.equal(ran, ['**', '*.prototype.*', '**.pr', 'Thing.*.pr'])
})

test('PH-3: an unknown phase or slot throws', () => {
  const phases = new PhaseList(['auth'])
  assert.throws(() => phases.registerHandler('nowhere', '**', () => {}), 'Unknown phase: nowhere')
  assert.throws(() => phases.registerHandler('auth:around', '**', () => {}), /unknown phase slot/)
})

test.run()
