import { type CompileModelsOptions, compileModels } from '../../../core/model/compile-models.ts'
import { defineModelFromJson, type ModelDefinition } from '../../../core/model/define-model.ts'
import type { Model } from '../../../core/model/model.ts'
import { type CompatOptions, type ProfileName, resolveProfile } from '../../../core/profile.ts'

/** Compiled models with the warnings the compiler gave. */
export interface Compiled {
  readonly models: ReadonlyMap<string, Model>
  readonly warnings: readonly string[]
  model(name: string): Model
}

/** Compiles definitions, all of them in the data source `db`. */
export function compile(
  definitions: readonly ModelDefinition[],
  profile: ProfileName = 'strict',
  options: Partial<CompileModelsOptions> & { readonly compat?: CompatOptions } = {},
): Compiled {
  const warnings: string[] = []
  const models = compileModels(
    Object.fromEntries(definitions.map((definition) => [definition.name, definition])),
    {
      profile: resolveProfile(profile, options.compat),
      dataSourceOf: () => 'db',
      warn: (message) => warnings.push(message),
      ...options,
    },
  )
  const model = (name: string): Model => {
    const found = models.get(name)
    if (found === undefined) throw new Error(`no model ${name}`)
    return found
  }
  return { models, warnings, model }
}

/** Compiles LoopBack's JSON definitions. */
export function compileJson(
  json: readonly object[],
  profile: ProfileName = 'loopback3',
  options: Partial<CompileModelsOptions> = {},
): Compiled {
  return compile(json.map(defineModelFromJson), profile, options)
}

/** Models of the recorded LoopBack 3 project that the tests of this folder need. */
export const recorded = {
  author: {
    name: 'Author',
    base: 'PersistedModel',
    properties: {
      name: { type: 'string', required: true },
      email: 'string',
      country: 'string',
      born: 'date',
      home: 'geopoint',
      rating: { type: 'number', default: 0 },
      active: { type: 'boolean', default: true },
      languages: ['string'],
      meta: 'object',
      secret: 'string',
      internal: 'string',
    },
    hidden: ['secret'],
    protected: ['internal'],
    relations: {
      books: { type: 'hasMany', model: 'Book', foreignKey: 'authorId' },
    },
  },
  book: {
    name: 'Book',
    base: 'PersistedModel',
    properties: {
      title: { type: 'string', required: true },
      price: 'number',
      published: 'date',
      inStock: { type: 'boolean', default: true },
      genres: { type: ['string'] },
      dims: { type: { w: 'number', h: 'number' } },
      meta: 'object',
      costPrice: 'number',
    },
    hidden: ['costPrice'],
    relations: {
      author: { type: 'belongsTo', model: 'Author', foreignKey: 'authorId' },
      reviews: { type: 'hasMany', model: 'Review', foreignKey: 'bookId' },
    },
  },
  review: {
    name: 'Review',
    base: 'PersistedModel',
    properties: {
      text: { type: 'string', required: true },
      stars: { type: 'number', required: true },
      reviewer: 'string',
      posted: 'date',
      ipAddress: 'string',
    },
    hidden: ['ipAddress'],
    relations: { book: { type: 'belongsTo', model: 'Book', foreignKey: 'bookId' } },
  },
  ledgerEntry: {
    name: 'LedgerEntry',
    base: 'PersistedModel',
    plural: 'ledger',
    strict: true,
    properties: {
      account: { type: 'string', required: true },
      amount: { type: 'number', required: true },
      cleared: 'boolean',
    },
  },
  sample: {
    name: 'Sample',
    base: 'PersistedModel',
    properties: {
      s: 'string',
      n: 'number',
      b: 'boolean',
      d: 'date',
      a: ['number'],
      words: ['string'],
      dates: ['date'],
      o: 'object',
      any: 'any',
      g: 'geopoint',
      nest: { type: { x: 'number', y: 'string', inner: { z: 'boolean' } } },
      buf: 'buffer',
      items: [{ sku: 'string', qty: 'number' }],
      plain: 'array',
    },
  },
} as const
