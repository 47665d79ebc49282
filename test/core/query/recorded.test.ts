import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Row } from '../../../core/model/model.ts'
import { resolveProfile } from '../../../core/profile.ts'
import { applyQuery } from '../../../core/query/apply-query.ts'
import { parseFilter } from '../../../core/query/parse-filter.ts'
import { compileProjection } from '../../../core/query/projection.ts'
import { buildModel, modelNamed, parseContext } from '../../support/query-models.ts'

interface Step {
  readonly name: string
  readonly path: string
  readonly body?: unknown
  readonly query?: { readonly filter?: unknown; readonly where?: unknown }
}

const folder = new URL('../../vectors/loopback3/', import.meta.url)

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as T
}

const allowed = read<{ readonly steps: Readonly<Record<string, unknown>> }>('allow.json').steps

const book = buildModel(
  'Book',
  {
    properties: {
      title: 'string',
      isbn: 'string',
      price: 'number',
      pages: 'number',
      published: 'date',
      inStock: 'boolean',
      genres: ['string'],
      dims: { w: 'number', h: 'number' },
      meta: 'object',
      costPrice: 'number',
      id: 'number',
      authorId: 'number',
    },
    hidden: ['costPrice'],
  },
  resolveProfile('loopback3'),
)
const models = new Map([['Book', book]])
const context = parseContext(models, { options: { prohibitHiddenPropertiesInQuery: true } })

const rowFrom = (row: Row): Row =>
  typeof row.published === 'string' ? { ...row, published: new Date(row.published) } : row

/** Answers a filter as the REST transport would, save for the names of ids. */
function answer(rows: readonly Row[], filter: unknown): unknown {
  const query = parseFilter(book, filter, context)
  const found = applyQuery(rows, query).map(compileProjection(query.fields))
  return JSON.parse(JSON.stringify(found))
}

for (const name of ['filter-order', 'filter-paging', 'filter-fields', 'where-comparison']) {
  const { steps } = read<{ readonly steps: readonly Step[] }>(`conversations/${name}.json`)
  const recorded = read<{
    readonly steps: readonly { readonly body: unknown; readonly status: number }[]
  }>(`recorded/${name}.json`).steps
  const rows = ((recorded[0]?.body ?? []) as readonly Row[]).map(rowFrom)
  steps.forEach((step, index) => {
    const filter = step.query?.filter
    if (step.path !== '/api/Books' || filter === undefined) return
    if (Object.keys(allowed).some((id) => id.startsWith(`${name}/${step.name.slice(0, 2)}`))) return
    test(`loopback3, recorded ${name} ${step.name}`, () => {
      const text = JSON.stringify(filter).replace(/"\{\{b(\d)\}\}"/g, '$1')
      assert.equal(answer(rows, JSON.parse(text)), recorded[index]?.body)
    })
  })
}

const authors = new Map([['Author', modelNamed(new Map([['Author', buildAuthor()]]), 'Author')]])

function buildAuthor() {
  return buildModel(
    'Author',
    {
      properties: { name: 'string', secret: 'string', internal: 'string', id: 'number' },
      hidden: ['secret'],
      protected: ['internal'],
    },
    resolveProfile('loopback3'),
  )
}

const shy: Row = { id: 1, name: 'Shy', secret: 'ttt', internal: 'iii' }

for (const [step, where, found] of [
  ['05 alone', { secret: 'zzz' }, 1],
  ['06 beside another', { secret: { like: 't' }, name: 'Shy' }, 1],
  ['08 inside or', { or: [{ secret: 'zzz' }, { name: 'none' }] }, 1],
  ['09 protected', { internal: 'iii' }, 1],
  ['09 protected, no match', { internal: 'x' }, 0],
] as const) {
  test(`D-1.6-5, F-2.60, recorded hidden-and-protected ${step}`, () => {
    const model = modelNamed(authors, 'Author')
    const warnings: string[] = []
    const query = parseFilter(
      model,
      { where },
      parseContext(authors, {
        options: { prohibitHiddenPropertiesInQuery: true },
        warn: (message) => warnings.push(message),
      }),
    )
    assert.is(applyQuery([shy], query).length, found)
    assert.is(warnings.length, step.startsWith('09') ? 0 : 1)
  })
}

test.run()
