import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { GeoPoint, RemoteError } from 'viaduct/spi'
import {
  type Codec,
  CodecError,
  type CodecFactory,
  type CodecLimits,
  ResultReference,
} from '../../../transports/codec/codec.ts'
import { compactMsgpackCodec } from '../../../transports/codec/compact-msgpack.ts'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec, msgpackCodecWith } from '../../../transports/codec/msgpack.ts'
import { plainRichTypes } from '../../../transports/codec/rich-types.ts'
import { serverRichTypes } from '../../../transports/codec/server-rich-types.ts'
import { codecErrorKind, fingerprint } from './describe.ts'

const structured = msgpackCodecWith({ structures: true })
const factories: Readonly<Record<string, CodecFactory>> = {
  json: jsonCodec,
  msgpack: msgpackCodec,
  'compact msgpack': compactMsgpackCodec,
  'msgpack with structures': structured,
}

/** The value at the other end. */
function roundTrip(factory: CodecFactory, value: unknown, types = serverRichTypes): unknown {
  const frames = factory.create(types).encode([[3, 1, value]])
  return factory.create(types).decode(frames)[0]?.[2]
}

for (const [name, factory] of Object.entries(factories)) {
  const arrives = (value: unknown, expected: unknown) =>
    assert.is(fingerprint(roundTrip(factory, value)), fingerprint(expected))

  test(`${name}: members that are undefined, functions or symbols are left out`, () => {
    arrives({ a: undefined, b: () => 1, c: Symbol('c'), d: 1 }, { d: 1 })
    arrives([undefined, () => 1, Symbol('c')], [undefined, undefined, undefined])
    arrives(Object.assign([1], { 2: 2 }), [1, undefined, 2])
    arrives(new Map([['a', () => 1]]), new Map([['a', undefined]]))
  })

  test(`${name}: members with reserved names are left out, own ones of __proto__ included`, () => {
    arrives(JSON.parse('{"__proto__":{"a":1},"constructor":1,"prototype":2,"b":3}'), { b: 3 })
  })

  test(`${name}: toJSON is honoured, also in lists, and may give rich values or itself`, () => {
    arrives({ a: { toJSON: () => ({ at: new Date(0) }) } }, { a: { at: new Date(0) } })
    arrives([new URL('http://a.example/')], ['http://a.example/'])
    const self = { a: 1, toJSON: (): unknown => self }
    arrives(self, { a: 1 })
    arrives({ toJSON: 'text' }, { toJSON: 'text' })
  })

  test(`${name}: instances arrive as plain objects of their own members`, () => {
    class Base {
      inherited = 1
      own: Date
      constructor(own: Date) {
        this.own = own
      }
      get computed(): number {
        return 1
      }
    }
    arrives(new Base(new Date(5)), { inherited: 1, own: new Date(5) })
    arrives(Object.assign(Object.create(null), { a: 1 }), { a: 1 })
    arrives(Object.create({ inherited: 1 }), {})
    arrives([Object(1), Object('a'), Object(true), /a/], [1, 'a', true, {}])
    assert.is(Object.getPrototypeOf(roundTrip(factory, new Base(new Date(5)))), Object.prototype)
  })

  test(`${name}: any buffer arrives as bytes of its own`, () => {
    const whole = Uint8Array.of(1, 2, 3, 4)
    for (const view of [whole.subarray(1, 3), new DataView(whole.buffer, 1, 2)]) {
      arrives(view, Buffer.from([2, 3]))
    }
    arrives(whole.buffer, Buffer.from(whole))
    arrives(Buffer.from('abc'), Buffer.from('abc'))
    const codec = factory.create(serverRichTypes)
    const message = codec.encode([[3, 1, whole]])
    const bytes = codec.decode(message)[0]?.[2] as Buffer // the vectors prove that it is one
    assert.ok(Buffer.isBuffer(bytes))
    if (typeof message !== 'string') assert.is.not(bytes.buffer, message.buffer)
  })

  test(`${name}: errors arrive with name, message, code and details, never stack or cause`, () => {
    const cause = new Error('secret')
    const error = new RemoteError('taken', { reason: 'NOT_FOUND', details: { a: 1 }, cause })
    const arrived = roundTrip(factory, error)
    assert.instance(arrived, Error)
    assert.equal({ ...(arrived as Error) }, { code: 'NOT_FOUND', details: { a: 1 } })
    assert.is((arrived as Error).message, 'taken')
    assert.not((arrived as Error).cause)
    const coded = Object.assign(new TypeError('no'), { code: 7, extra: 1 })
    const plain = roundTrip(factory, coded) as Error
    assert.equal([plain.name, plain.message, { ...plain }], ['TypeError', 'no', {}])
  })

  test(`${name}: geo points are recognised on the server and plain in a browser`, () => {
    assert.instance(roundTrip(factory, new GeoPoint(1, 2)), GeoPoint)
    const message = factory.create(serverRichTypes).encode([[3, 1, new GeoPoint(1, 2)]])
    const browser = factory.create(plainRichTypes)
    assert.equal(browser.decode(message)[0]?.[2], { lat: 1, lng: 2 })
    assert.equal(roundTrip(factory, { lat: 1, lng: 2 }), { lat: 1, lng: 2 })
    const bytes = roundTrip(factory, Uint8Array.of(1), plainRichTypes)
    assert.is(Object.getPrototypeOf(bytes), Uint8Array.prototype)
  })

  test(`${name}: what has no form is a TypeError, and the codec stays usable`, () => {
    const codec = factory.create(serverRichTypes)
    const cycle: Record<string, unknown> = {}
    cycle['self'] = [new Map([['a', cycle]])]
    const forms = [
      [[3, 1, cycle]],
      [[3, 1, () => 1]],
      [[3, 1, Symbol('a')]],
      [{}],
      ['text'],
      [null],
    ]
    const values = [10n ** 5000n, new GeoPoint(Number.NaN, 0)]
    for (const frames of [...forms, ...values.map((value) => [[3, 1, value]])]) {
      assert.throws(
        () => codec.encode(frames as readonly unknown[]),
        (error: unknown) => error instanceof TypeError,
      )
    }
    assert.equal(codec.decode(codec.encode([[3, 1, { a: 1 }]])), [[3, 1, { a: 1 }]])
  })

  test(`${name}: rich values arrive inside one another, and inside what a toJSON gives`, () => {
    const inner = new Map<unknown, unknown>([[new Date(1), new Set([-0, 2n ** 70n, undefined])]])
    const error = Object.assign(new TypeError('no'), { code: 'A', details: { inner } })
    arrives(new Set([error, inner]), new Set([error, inner]))
    arrives({ toJSON: () => new Set([{ toJSON: () => inner }]) }, new Set([inner]))
    arrives([Object('\ufeffa'), Object(Number.NaN)], ['\ufeffa', Number.NaN])
  })

  test(`${name}: a toJSON without an end and a map in itself are TypeErrors`, () => {
    const endless = (): unknown => ({ toJSON: endless })
    const map = new Map<string, unknown>()
    map.set('self', { map })
    const codec = factory.create(serverRichTypes)
    for (const value of [endless(), map]) {
      assert.throws(
        () => codec.encode([[3, 1, value]]),
        (error: unknown) => error instanceof TypeError,
      )
    }
  })

  test(`${name}: a shared value that is no cycle arrives twice`, () => {
    const shared = { at: new Date(0) }
    arrives([shared, { again: shared }], [shared, { again: shared }])
  })

  test(`${name}: the values sent are left as they are, and those received are fresh`, () => {
    const value = Object.freeze({ list: Object.freeze([new Date(0), undefined]), left: undefined })
    const before = fingerprint(value)
    const codec = factory.create(serverRichTypes)
    const message = codec.encode([[3, 1, value]])
    assert.is(fingerprint(value), before)
    const plain = codec.encodePlain([[3, 1, { a: [1] }]])
    const [first] = codec.decode(plain)
    const [second] = codec.decode(plain)
    assert.equal(first, second)
    assert.is.not(first?.[2], second?.[2])
    assert.is.not(codec.decode(message)[0]?.[2], value)
  })

  test(`${name}: an empty message and an empty frame are lists`, () => {
    const codec = factory.create(serverRichTypes)
    assert.equal(codec.decode(codec.encode([])), [])
    assert.equal(codec.decode(codec.encode([[]])), [[]])
  })

  test(`${name}: every limit is inclusive`, () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
    const rich = (levels: number): unknown =>
      levels === 0 ? new Date(0) : new Set([new Map([[1, rich(levels - 1)]])])
    const cases: readonly [Partial<CodecLimits>, unknown, unknown][] = [
      [{ maxDepth: 5 }, nested(5), nested(6)],
      [{ maxDepth: 4 }, rich(2), rich(3)],
      [{ maxDepth: 1 }, new ResultReference(1, ['a']), [[]]],
      [{ maxKeys: 2 }, { a: 1, b: 1 }, { a: 1, b: 1, c: 1 }],
      [{ maxKeys: 2 }, { $: 1, b: 1 }, { $: 1, b: 1, c: 1 }],
      [{ maxItems: 3 }, [1, 2, 3], [1, 2, 3, 4]],
      [{ maxItems: 3 }, new Set([1, 2, 3]), new Set([1, 2, 3, 4])],
      [{ maxItems: 3 }, new Map(numbered(3)), new Map(numbered(4))],
      [
        { maxItems: 3 },
        new ResultReference(1, ['a', 'b', 'c']),
        new ResultReference(1, ['a', 'b', 'c', 'd']),
      ],
    ]
    for (const [limits, accepted, refused] of cases) {
      const kinds = [accepted, refused].map((value) => {
        const message = factory.create(serverRichTypes).encode([[3, 1, value]])
        const receiver = factory.create(serverRichTypes, limits)
        return codecErrorKind(() => receiver.decode(message))
      })
      assert.equal(kinds, ['none', 'tooBig'], JSON.stringify(limits))
    }
  })

  test(`${name}: a message of exactly the size is accepted, in bytes`, () => {
    const message = factory.create(serverRichTypes).encode([[3, 1, 'héllo — 日本 🚀']])
    const size = Buffer.byteLength(message)
    const kinds = [size, size - 1].map((maxMessageBytes) => {
      const receiver = factory.create(serverRichTypes, { maxMessageBytes })
      return codecErrorKind(() => receiver.decode(message))
    })
    assert.equal(kinds, ['none', 'tooBig'])
  })

  test(`${name}: the other kind of message is malformed`, () => {
    const codec = factory.create(serverRichTypes)
    const message = factory.isText ? new Uint8Array([0x90]) : '[]'
    assert.is(
      codecErrorKind(() => codec.decode(message)),
      'malformed',
    )
  })
}

for (const factory of [jsonCodec, msgpackCodec]) {
  test(`${factory.name}: unknown limits and wrong ones are refused`, () => {
    const wrong = [{ maxDept: 1 }, { maxDepth: -1 }, { maxKeys: 1.5 }, { maxItems: '1' }]
    for (const limits of wrong) {
      assert.throws(
        () => factory.create(serverRichTypes, limits as Partial<CodecLimits>),
        (error: unknown) => error instanceof TypeError,
      )
    }
  })
}

function numbered(count: number): [number, number][] {
  return Array.from({ length: count }, (_, index) => [index, index])
}

test('msgpack: lone halves of surrogate pairs arrive as replacement characters', () => {
  for (const factory of [msgpackCodec, compactMsgpackCodec]) {
    assert.match(String(roundTrip(factory, 'a\ud800b')), /^a\ufffd+b$/)
  }
  assert.is(roundTrip(jsonCodec, 'a\ud800b'), 'a\ud800b')
})

test('msgpack: an unknown option is refused', () => {
  const options = { structure: true } as Record<string, boolean>
  assert.throws(() => msgpackCodecWith(options), /unknown option "structure"/)
})

test('structures: the second message of a shape does not repeat its keys', () => {
  const sender = structured.create(serverRichTypes)
  const frames = [[3, 1, { title: 'a', pages: 64, author: { name: 'b' } }]]
  const [first, second] = [sender.encode(frames), sender.encode(frames)]
  assert.ok(second.length < first.length - 'titlepagesauthorname'.length)
  const receiver = structured.create(serverRichTypes)
  assert.equal(receiver.decode(first), frames)
  assert.equal(receiver.decode(second), frames)
})

test('structures: plain messages may get lost, and are read without any other', () => {
  const sender = structured.create(serverRichTypes)
  const receiver = structured.create(serverRichTypes)
  const frames = [[3, 1, { a: 64, b: 127, c: -5 }]]
  const lost = sender.encodePlain(frames)
  assert.equal(receiver.decode(sender.encode(frames)), frames)
  assert.equal(receiver.decode(sender.encode(frames)), frames)
  assert.equal(msgpackCodec.create(serverRichTypes).decode(lost), frames)
  assert.equal(structured.create(serverRichTypes).decode(sender.encodePlain(frames)), frames)
})

test('structures: more shapes than the limit replace each other', () => {
  const limits = { maxStructures: 2 }
  const sender = structured.create(serverRichTypes, limits)
  const receiver = structured.create(serverRichTypes, limits)
  for (let round = 0; round < 30; round++) {
    const value = { [`key${round % 5}`]: round, [`other${round % 3}`]: [{ a: round }] }
    assert.equal(receiver.decode(sender.encode([[3, 1, value]])), [[3, 1, value]])
  }
})

test('structures: an object of many or long keys is sent as a map', () => {
  const many = Object.fromEntries(numbered(100).map(([index]) => [`key${index}`, index]))
  const long = { ['é'.repeat(300)]: 1 }
  for (const value of [many, long]) {
    assert.equal(roundTrip(structured, value), value)
    const sender = structured.create(serverRichTypes)
    const first = sender.encode([[3, 1, value]])
    assert.is(sender.encode([[3, 1, value]]).length, first.length)
  }
})

test('structures: none are used where the limit is 0', () => {
  const sender = structured.create(serverRichTypes, { maxStructures: 0 })
  const message = sender.encode([[3, 1, { a: 1 }]])
  assert.equal(msgpackCodec.create(serverRichTypes).decode(message), [[3, 1, { a: 1 }]])
})

const structuredRefusals: Readonly<Record<string, readonly [string, CodecError['kind']]>> = {
  'a record of no structure': ['919140', 'malformed'],
  'an id beyond the limit': ['9191d4726090', 'tooBig'],
  'an id that is no record': ['9191d4720190', 'tooBig'],
  'a reserved key': [`9191d4724091a9${Buffer.from('__proto__').toString('hex')}01`, 'malformed'],
  'a key that is a number': ['9191d47240910101', 'malformed'],
  'keys that are a map': ['9191d472408001', 'malformed'],
  'keys that are not there': ['9191d47240dcffff', 'tooBig'],
  'a long key': [`9191d4724091da0200${'61'.repeat(512)}01`, 'tooBig'],
  'values that are not there': ['9191d4724092a161a16201', 'malformed'],
}

for (const [name, [hex, kind]] of Object.entries(structuredRefusals)) {
  test(`structures: ${name} is refused, and so is what follows`, () => {
    const codec: Codec = structured.create(serverRichTypes, { maxStructures: 4 })
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'))
    const seen = codecErrorKind(() => codec.decode(bytes))
    assert.is(seen, kind)
    assert.is(
      codecErrorKind(() => codec.decode(Uint8Array.of(0x90))),
      'malformed',
    )
  })
}

test('a CodecError names what is wrong without repeating the message', () => {
  const codec = jsonCodec.create(serverRichTypes)
  try {
    codec.decode('[[3,1,{"password":"secret"]]')
    assert.unreachable()
  } catch (error) {
    assert.instance(error, CodecError)
    assert.not.match((error as CodecError).message, /secret/)
  }
})

test.run()
