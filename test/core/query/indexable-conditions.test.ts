import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProfileName } from '../../../core/profile.ts'
import { costOf } from '../../../core/query/cost.ts'
import { indexableConditions } from '../../../core/query/indexable-conditions.ts'
import { parseFilter } from '../../../core/query/parse-filter.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

function parse(filter: unknown, profile: ProfileName = 'strict') {
  const models = queryModels(profile)
  return parseFilter(modelNamed(models, 'Book'), filter, parseContext(models))
}

const indexable = (where: unknown, profile?: ProfileName) =>
  indexableConditions(parse({ where }, profile).where)

test('equality, lists and ranges on scalar properties can use an index', () => {
  assert.equal(indexable({ title: 'x', price: { gt: 1, lte: 5 }, pages: { inq: [1] } }), [
    { kind: 'equal', property: 'title', value: 'x' },
    {
      kind: 'range',
      property: 'price',
      low: 1,
      high: undefined,
      includesLow: false,
      includesHigh: false,
    },
    {
      kind: 'range',
      property: 'price',
      low: undefined,
      high: 5,
      includesLow: true,
      includesHigh: true,
    },
    { kind: 'in', property: 'pages', values: [1] },
  ])
  assert.is(
    indexable({ and: [{ price: { between: [1, 2] } }, { or: [{ id: 1 }, { id: 2 }] }] }).length,
    1,
  )
})

test('what matches missing values, several values, or more than one index says cannot', () => {
  for (const where of [
    { title: null },
    { title: { neq: 'x' } },
    { pages: { inq: [1, null] } },
    { pages: { nin: [1] } },
    { genres: 'x' },
    { 'dims.w': 1 },
    { meta: { eq: 1 } },
    { or: [{ id: 1 }, { title: 'x' }] },
    { nor: [{ id: 1 }] },
    { title: { like: 'x%' } },
    {},
  ]) {
    assert.equal(indexable(where), [])
  }
  assert.equal(indexable({ nosuch: 1 }, 'loopback3'), [])
})

test('D-3.5-6: the cost of a query counts the conditions of its includes', () => {
  const filter = {
    where: {
      or: [{ price: 1 }, { author: { name: 'x', country: 'y' } }],
      title: { inq: ['a', 'b'] },
    },
    include: { author: { where: { name: 'x' }, include: 'books' }, reviews: true },
  }
  assert.equal(costOf(parse(filter)), { conditions: 5, depth: 5, includes: 3 })
  assert.equal(costOf(parse({})), { conditions: 0, depth: 0, includes: 0 })
})

test.run()
