import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEnvelopes } from '../../../core/method/type-envelope.ts'
import { createTypeRegistry } from '../../../core/method/wire-registry.ts'
import { ConversionFailure, type WireType } from '../../../core/method/wire-type.ts'
import { GeoPoint } from '../../../core/model/geo-point.ts'
import { type ProfileName, resolveProfile } from '../../../core/profile.ts'

process.env['TZ'] = 'UTC'

interface Row {
  readonly id: string
  readonly mode: 'sloppy' | 'typed'
  readonly input: unknown
  readonly expect: Readonly<Record<string, unknown>>
}

const refused = Symbol('refused')

function rowsOf(file: string): readonly Row[] {
  const url = new URL(`../../vectors/coercion/${file}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'))
}

/** Reads the notation described beside the tables. */
function read(value: unknown, profile: ProfileName): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => read(item, profile))
  const [key = '', content] = Object.entries(value)[0] ?? []
  switch (key) {
    case '$undefined':
      return undefined
    case '$fail':
      return content === true ? refused : { [refused]: content }
    case '$date':
      return new Date(content)
    case '$geopoint':
      return new GeoPoint(content[0], content[1])
    case '$number':
      return Number(content)
    case '$literal':
      return content
    case '$profile':
      return read(content[profile], profile)
    case '$engineDate':
      return engineDate(content)
    case '$engineDates': {
      const dates: readonly unknown[] = content.map(engineDate)
      return dates.includes(refused) ? refused : dates
    }
    default:
      return value
  }
}

function engineDate(text: string): unknown {
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? refused : new Date(milliseconds)
}

function typesOf(profile: ProfileName): (column: string) => WireType {
  const registry = createTypeRegistry({
    profile: resolveProfile(profile),
    warn: (message) => assert.unreachable(message),
    models: { custom: (data) => data },
  })
  return (column) => {
    if (column.startsWith('[')) return registry.compile([column.slice(1, -1)])
    const [name = '', allowArray] = column.split('+')
    return registry.compile(name, { allowArray: allowArray !== undefined })
  }
}

function run(type: WireType, mode: Row['mode'], input: unknown): unknown {
  const converted = mode === 'typed' ? type.fromTyped(input) : type.fromSloppy(input)
  if (converted instanceof ConversionFailure) return converted
  const decoded = decodeEnvelopes(converted)
  return type.validate(decoded) ?? decoded
}

function check(row: Row, column: string, type: WireType, profile: ProfileName): void {
  const place = `${row.id}/${column} ${profile} ${row.mode} ${JSON.stringify(row.input)}`
  const expected = read(row.expect[column === 'custom' ? customColumn(row) : column], profile)
  const got = run(type, row.mode, read(row.input, profile))
  if (expected === refused) {
    assert.instance(got, ConversionFailure, `${place}: got ${JSON.stringify(got)}`)
  } else if (typeof expected === 'object' && expected !== null && refused in expected) {
    assert.equal((got as ConversionFailure).message, expected[refused], place)
  } else {
    assert.equal(got, expected, `${place}: got ${JSON.stringify(got)}`)
  }
}

function customColumn(row: Row): string {
  return 'custom' in row.expect ? 'custom' : 'object'
}

function checkFile(file: string): void {
  for (const profile of ['strict', 'loopback3'] as const) {
    const typeOf = typesOf(profile)
    for (const row of rowsOf(file)) {
      const columns = new Set(Object.keys(row.expect))
      if (columns.has('object')) columns.add('custom')
      for (const column of columns) check(row, column, typeOf(column), profile)
    }
  }
}

test('CS-1…CS-47, CW-1…CW-10, CX-1: text for a scalar, both profiles', () => {
  checkFile('sloppy-scalar')
})

test('CA-1…CA-29, CW-11: text for an array, both profiles', () => {
  checkFile('sloppy-array')
})

test('CT-1…CT-22, I-9, TY-8: JSON for a scalar, both profiles', () => {
  checkFile('typed-scalar')
})

test('CU-1…CU-14, CW-11: JSON for an array, both profiles', () => {
  checkFile('typed-array')
})

test('CM-1, CM-2, CM-3, CM-5, CM-6: a number as each source carries it', () => {
  checkFile('source')
})

test('every row of the tables is there', () => {
  const ids = new Set(
    ['sloppy-scalar', 'sloppy-array', 'typed-scalar', 'typed-array'].flatMap((file) =>
      rowsOf(file).map((row) => row.id),
    ),
  )
  for (const [prefix, last] of [
    ['CS', 47],
    ['CA', 29],
    ['CT', 22],
    ['CU', 14],
  ] as const) {
    for (let row = 1; row <= last; row++) assert.ok(ids.has(`${prefix}-${row}`), `${prefix}-${row}`)
  }
})

test.run()
