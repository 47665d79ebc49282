/**
 * What a typed value becomes: the described value, `fail` for 400, or `same`. `legacyDate` is 400 in strict and whatever
 * the engine parses in loopback3 (remoting CX-1).
 */
export type Expected = 'same' | 'fail' | 'legacyDate' | { readonly becomes: unknown }

/** A row of the typed tables: one value against the types that do something else than the default of its row. */
export interface ArgumentRow {
  /** Row ids of remoting 3.4 and 3.5. */
  readonly rule: string
  readonly value: unknown
  /** Outcome per type; types not named fail. */
  readonly expect: Readonly<Record<string, Expected>>
}

const date = (ms: number): Expected => ({ becomes: { date: ms } })
const point = (lat: number, lng: number): Expected => ({ becomes: { geopoint: { lat, lng } } })
const record = (members: Readonly<Record<string, unknown>>): Expected => ({
  becomes: { object: members },
})
const list = (...items: readonly unknown[]): Expected => ({ becomes: { array: items } })
const emptyObject = { object: {} }
const nothing: Expected = { becomes: { undefined: true } }

/** Scalars and objects against every scalar type. Source: remoting 3.4. */
export const scalarRows: readonly ArgumentRow[] = [
  {
    rule: 'CT-1',
    value: undefined,
    expect: {
      any: nothing,
      boolean: nothing,
      integer: nothing,
      number: nothing,
      string: nothing,
      date: nothing,
      geopoint: nothing,
      object: nothing,
    },
  },
  { rule: 'CT-2', value: null, expect: { any: 'same', object: 'same' } },
  { rule: 'CT-3', value: true, expect: { any: 'same', boolean: 'same' } },
  { rule: 'CT-3', value: false, expect: { any: 'same', boolean: 'same' } },
  {
    rule: 'CT-4',
    value: 0,
    expect: { any: 'same', integer: 'same', number: 'same', date: date(0) },
  },
  {
    rule: 'CT-4',
    value: 1,
    expect: { any: 'same', integer: 'same', number: 'same', date: date(1) },
  },
  {
    rule: 'CT-4',
    value: -1,
    expect: { any: 'same', integer: 'same', number: 'same', date: date(-1) },
  },
  { rule: 'CT-5', value: 1.2, expect: { any: 'same', number: 'same', date: date(1) } },
  {
    rule: 'CT-6',
    value: 1234,
    expect: { any: 'same', integer: 'same', number: 'same', date: date(1234) },
  },
  { rule: 'CT-7', value: 1.234e30, expect: { any: 'same', number: 'same' } },
  { rule: 'CT-8', value: '', expect: { any: 'same', string: 'same' } },
  { rule: 'CT-9', value: 'text', expect: { any: 'same', string: 'same' } },
  { rule: 'CT-9', value: 'null', expect: { any: 'same', string: 'same' } },
  {
    rule: 'CT-11',
    value: '2016-05-19T13:28:51.299Z',
    expect: { any: 'same', string: 'same', date: date(1463664531299) },
  },
  { rule: 'CT-13', value: '[]', expect: { any: 'same', string: 'same' } },
  { rule: 'CT-14', value: [], expect: { any: list() } },
  { rule: 'CT-15', value: [1, 2], expect: { any: list(1, 2), geopoint: point(1, 2) } },
  { rule: 'CT-16', value: [{}], expect: { any: list({ object: {} }) } },
  { rule: 'CT-18', value: {}, expect: { any: record({}), object: record({}) } },
  {
    rule: 'CT-19',
    value: { k: '1' },
    expect: { any: record({ k: '1' }), object: record({ k: '1' }) },
  },
  {
    rule: 'CT-20',
    value: { lat: 2.5, lng: 3 },
    expect: {
      any: record({ lat: 2.5, lng: 3 }),
      geopoint: point(2.5, 3),
      object: record({ lat: 2.5, lng: 3 }),
    },
  },
  {
    rule: 'CT-21',
    value: { lat: 91, lng: 3 },
    expect: { any: record({ lat: 91, lng: 3 }), object: record({ lat: 91, lng: 3 }) },
  },
]

/** The rest of the rows of remoting 3.4: numbers at the edge, text that looks like something else, mixed lists. */
export const moreScalarRows: readonly ArgumentRow[] = [
  { rule: 'CT-5', value: -1.2, expect: { any: 'same', number: 'same', date: date(-1) } },
  { rule: 'CT-7', value: -1.234e30, expect: { any: 'same', number: 'same' } },
  { rule: 'CT-7', value: 2343546576878990000000, expect: { any: 'same', number: 'same' } },
  { rule: 'CT-7', value: -2343546576878990000000, expect: { any: 'same', number: 'same' } },
  ...['true', 'false', 'undefined'].map((value) => ({
    rule: 'CT-9',
    value,
    expect: { any: 'same', string: 'same' } as const,
  })),
  ...['0', '1', '-1', '1.2'].map((value) => ({
    rule: 'CT-10',
    value,
    expect: { any: 'same', string: 'same', date: 'legacyDate' } as const,
  })),
  {
    rule: 'CT-11',
    value: '2016-05-19',
    expect: { any: 'same', string: 'same', date: date(1463616000000) },
  },
  {
    rule: 'CT-12',
    value: '2.5,3',
    expect: { any: 'same', string: 'same', date: 'legacyDate', geopoint: point(2.5, 3) },
  },
  { rule: 'CT-13', value: '{}', expect: { any: 'same', string: 'same' } },
  {
    rule: 'CT-16',
    value: [{ x: 1 }, {}],
    expect: { any: list({ object: { x: 1 } }, emptyObject) },
  },
  {
    rule: 'CT-17',
    value: [{}, [{}]],
    expect: { any: list(emptyObject, { array: [emptyObject] }) },
  },
  { rule: 'CT-17', value: [{}, 3.14], expect: { any: list(emptyObject, 3.14) } },
  { rule: 'CT-17', value: [{}, 's'], expect: { any: list(emptyObject, 's') } },
  ...[
    { lat: '33', lng: 3 },
    { lat: 2 },
    { lat: null, lng: 3 },
    { lat: 3, lng: 181 },
    { lat: true, lng: 3 },
  ].map((value) => ({
    rule: 'CT-21',
    value,
    expect: { any: record(value), object: record(value) },
  })),
  { rule: 'CT-21', value: [2, 3, 5], expect: { any: list(2, 3, 5) } },
  { rule: 'CT-21', value: [{}, {}], expect: { any: list(emptyObject, emptyObject) } },
  {
    rule: 'CT-22, I-8, I-9',
    value: { $type: 'date', $data: 0 },
    expect: { any: date(0), date: date(0) },
  },
]

/** Lists against lists of every type. Source: remoting 3.5. */
export const listRows: readonly ArgumentRow[] = [
  {
    rule: 'CU-1',
    value: null,
    expect: {
      any: 'same',
      boolean: 'same',
      integer: 'same',
      number: 'same',
      string: 'same',
      date: 'same',
      geopoint: 'same',
      object: 'same',
    },
  },
  {
    rule: 'CU-1',
    value: [],
    expect: {
      any: list(),
      boolean: list(),
      integer: list(),
      number: list(),
      string: list(),
      date: list(),
      geopoint: list(),
      object: list(),
    },
  },
  { rule: 'CU-2', value: 5, expect: {} },
  { rule: 'CU-2', value: '[1]', expect: {} },
  { rule: 'CU-2', value: { a: 1 }, expect: {} },
  {
    rule: 'CU-3',
    value: [1, 2],
    expect: {
      any: list(1, 2),
      integer: list(1, 2),
      number: list(1, 2),
      date: list({ date: 1 }, { date: 2 }),
    },
  },
  {
    rule: 'CU-4',
    value: [1.2],
    expect: { any: list(1.2), number: list(1.2), date: list({ date: 1 }) },
  },
  { rule: 'CU-7', value: [''], expect: { any: list(''), string: list('') } },
  {
    rule: 'CU-8',
    value: [true, false],
    expect: { any: list(true, false), boolean: list(true, false) },
  },
  { rule: 'CU-9', value: [null], expect: { any: list(null), object: list(null) } },
  {
    rule: 'CU-11',
    value: [{ a: 1 }],
    expect: { any: list({ object: { a: 1 } }), object: list({ object: { a: 1 } }) },
  },
  { rule: 'CU-12', value: [[1]], expect: { any: list({ array: [1] }) } },
  {
    rule: 'CU-13',
    value: [{ lat: 2, lng: 3 }],
    expect: {
      any: list({ object: { lat: 2, lng: 3 } }),
      geopoint: list({ geopoint: { lat: 2, lng: 3 } }),
      object: list({ object: { lat: 2, lng: 3 } }),
    },
  },
  { rule: 'CU-14', value: ['text', 10, false], expect: { any: list('text', 10, false) } },
]

/** The rest of the rows of remoting 3.5. */
export const moreListRows: readonly ArgumentRow[] = [
  ...[true, '', 'text', 1.5, {}].map((value) => ({ rule: 'CU-2', value, expect: {} })),
  { rule: 'CU-5', value: [2.3e21], expect: { any: list(2.3e21), number: list(2.3e21) } },
  ...['1', '0'].map((text) => ({
    rule: 'CU-6',
    value: [text],
    expect: { any: list(text), string: list(text), date: 'legacyDate' } as const,
  })),
  { rule: 'CU-6', value: ['true'], expect: { any: list('true'), string: list('true') } },
  {
    rule: 'CU-10',
    value: ['2016-05-19T13:28:51.299Z', '2016-05-19'],
    expect: {
      any: list('2016-05-19T13:28:51.299Z', '2016-05-19'),
      string: list('2016-05-19T13:28:51.299Z', '2016-05-19'),
      date: list({ date: 1463664531299 }, { date: 1463616000000 }),
    },
  },
  {
    rule: 'CU-11',
    value: [{}],
    expect: { any: list(emptyObject), object: list(emptyObject) },
  },
  { rule: 'CU-12', value: [[]], expect: { any: list({ array: [] }) } },
  {
    rule: 'CU-13',
    value: [
      [2.3, 3.2],
      [3, 2],
    ],
    expect: {
      any: list({ array: [2.3, 3.2] }, { array: [3, 2] }),
      geopoint: list({ geopoint: { lat: 2.3, lng: 3.2 } }, { geopoint: { lat: 3, lng: 2 } }),
    },
  },
  { rule: 'CX-2', value: [1, 'x', 2], expect: { any: list(1, 'x', 2) } },
]
