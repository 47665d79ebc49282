import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import {
  findReservedKey,
  mayHoldReservedKey,
  parseJsonText,
} from '../../../core/method/wire-json.ts'
import { createTypeRegistry } from '../../../core/method/wire-registry.ts'
import { ConversionFailure } from '../../../core/method/wire-type.ts'
import { type ProfileName, resolveProfile } from '../../../core/profile.ts'

test('Q-11: a reserved key is found at any depth, by its path', () => {
  assert.is(findReservedKey(JSON.parse('{"__proto__":1}')), '__proto__')
  assert.is(findReservedKey(JSON.parse('{"a":[0,{"b":{"__proto__":{}}}]}')), 'a.1.b.__proto__')
  assert.is(findReservedKey({ a: '__proto__', constructor: 'x' }), undefined)
  for (const scalar of [null, undefined, 1, '__proto__']) {
    assert.is(findReservedKey(scalar), undefined)
  }
  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  assert.is(findReservedKey(deep), undefined)
  const circle: unknown[] = []
  circle.push(circle)
  assert.is(findReservedKey(circle), undefined)
})

test('Q-11: an escaped key is no way around the check', () => {
  const text = '{"\\u005f_proto__":{"admin":true}}'
  assert.ok(mayHoldReservedKey(text))
  assert.instance(parseJsonText(text, undefined), ConversionFailure)
  assert.equal(parseJsonText('{"\\u0061":1}', undefined), { a: 1 })
})

test('Q-11: JSON text with a reserved key is refused for every type that parses it, in both profiles', () => {
  for (const name of ['strict', 'loopback3'] satisfies ProfileName[]) {
    const registry = createTypeRegistry({ profile: resolveProfile(name), warn: assert.unreachable })
    for (const type of ['any', 'object', 'geopoint', 'buffer', ['any'], ['object']]) {
      const failure = registry.compile(type).fromSloppy('{"a":{"__proto__":{"admin":true}}}')
      assert.instance(failure, ConversionFailure, `${name} ${type}`)
      const { cause, message } = failure as ConversionFailure
      assert.is(message, 'reserved key "__proto__"')
      assert.is(cause instanceof RemoteError && cause.reason, 'RESERVED_KEY')
      assert.is(cause instanceof RemoteError && cause.statusCode, 400)
    }
    assert.is(registry.compile('any').fromSloppy('__proto__'), '__proto__')
  }
})

test.run()
