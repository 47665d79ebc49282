import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import type { Row } from '../../../core/model/model.ts'
import { type ProfileName, resolveProfile } from '../../../core/profile.ts'
import { applyQuery } from '../../../core/query/apply-query.ts'
import { parseFilter } from '../../../core/query/parse-filter.ts'
import { buildModel, parseContext, type TypeText } from '../../support/query-models.ts'

interface OperatorCase {
  readonly title: string
  readonly where: unknown
  readonly strict: unknown
  readonly loopback3: unknown
}

interface OperatorVectors {
  readonly properties: Readonly<Record<string, TypeText>>
  readonly rows: readonly Row[]
  readonly cases: readonly OperatorCase[]
}

const file = new URL('../../vectors/filters/operators.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as OperatorVectors
const rows = vectors.rows.map((row) =>
  typeof row.d === 'string' ? { ...row, d: new Date(row.d) } : row,
)

function outcome(profile: ProfileName, where: unknown): unknown {
  const model = buildModel('Sample', { properties: vectors.properties }, resolveProfile(profile))
  const context = parseContext(new Map([['Sample', model]]))
  try {
    return applyQuery(rows, parseFilter(model, { where }, context)).map((row) => row.id)
  } catch (error) {
    if (error instanceof RemoteError) return { error: error.reason }
    throw error
  }
}

for (const { title, where, strict, loopback3 } of vectors.cases) {
  test(`D-11-4, ${title}: ${JSON.stringify(where)}`, () => {
    assert.equal(outcome('strict', where), strict)
    assert.equal(outcome('loopback3', where), loopback3)
  })
}

test('D-11-4: the table has every operator', () => {
  const text = JSON.stringify(vectors.cases)
  const operators =
    'eq neq gt gte lt lte between inq nin like nlike ilike nilike regexp exists near and or nor'
  for (const operator of operators.split(' ')) assert.ok(text.includes(`"${operator}":`), operator)
})

test.run()
