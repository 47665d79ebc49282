import type { Model } from '../../core/model/model.ts'
import type { Property, PropertyType, ScalarKind } from '../../core/model/property.ts'
import type { Relation, RelationKind } from '../../core/model/relation.ts'
import { type Profile, resolveProfile } from '../../core/profile.ts'
import type { ParseContext } from '../../core/query/parse-context.ts'

/** Types by short text: `number`, `[string]`, or an object of members. */
export type TypeText = ScalarKind | readonly [TypeText] | { readonly [member: string]: TypeText }

/** A model written by hand. */
export interface ModelText {
  readonly properties: Readonly<Record<string, TypeText>>
  readonly hidden?: readonly string[]
  readonly protected?: readonly string[]
  readonly relations?: Readonly<Record<string, Partial<Relation> & { readonly kind: RelationKind }>>
  readonly strict?: Model['strict']
  readonly isPublic?: boolean
}

function typeOf(text: TypeText): PropertyType {
  if (typeof text === 'string') return { kind: text }
  if (Array.isArray(text)) return { kind: 'list', item: typeOf(text[0] as TypeText) }
  const members = Object.entries(text as Readonly<Record<string, TypeText>>)
  return {
    kind: 'nested',
    strict: 'open',
    properties: new Map(members.map(([name, type]) => [name, propertyOf(name, type, 0)])),
  }
}

function propertyOf(name: string, type: TypeText, id: number): Property {
  return Object.freeze({
    name,
    type: typeOf(type),
    required: false,
    id,
    generated: id > 0,
    applyDefaultOnWrites: true,
    persistDefaultValues: true,
    hidden: false,
    protected: false,
    readOnly: false,
    settings: {},
  })
}

/** Builds a frozen model; a property `id` is its key. */
export function buildModel(name: string, text: ModelText, profile: Profile): Model {
  const properties = new Map(
    Object.entries(text.properties).map(([key, type]) => [
      key,
      propertyOf(key, type, key === 'id' ? 1 : 0),
    ]),
  )
  const id = properties.get('id')
  return Object.freeze({
    name,
    plural: `${name}s`,
    path: `/${name}s`,
    base: undefined,
    properties,
    id: id === undefined ? [] : [id],
    relations: new Map(
      Object.entries(text.relations ?? {}).map(([key, relation]) => [
        key,
        {
          name: key,
          target: '',
          many: relation.kind !== 'belongsTo' && !relation.kind.endsWith('One'),
          ownKeys: [],
          targetKeys: [],
          disableInclude: false,
          disableFilter: false,
          path: key,
          settings: {},
          ...relation,
        },
      ]),
    ),
    indexes: [],
    scopes: new Map(),
    scope: undefined,
    attributes: undefined,
    hidden: new Set(text.hidden),
    protected: new Set(text.protected),
    strict: text.strict ?? 'open',
    forceId: false,
    validations: [],
    dataSource: 'db',
    isPublic: text.isPublic ?? true,
    settings: {},
    profile,
  })
}

const texts: Readonly<Record<string, ModelText>> = {
  Book: {
    properties: {
      title: 'string',
      isbn: 'string',
      price: 'number',
      pages: 'integer',
      published: 'date',
      inStock: 'boolean',
      genres: ['string'],
      dims: { w: 'number', h: 'number', box: { depth: 'number' } },
      items: [{ sku: 'string', qty: 'number' }],
      meta: 'object',
      any: 'any',
      note: 'text',
      serial: 'bigint',
      cost: 'decimal',
      cover: 'buffer',
      place: 'geopoint',
      when: 'dateString',
      costPrice: 'number',
      internal: 'string',
      id: 'number',
      authorId: 'number',
    },
    hidden: ['costPrice'],
    protected: ['internal'],
    relations: {
      author: { kind: 'belongsTo', target: 'Author' },
      reviews: { kind: 'hasMany', target: 'Review' },
      owner: { kind: 'belongsTo', target: '', settings: { polymorphic: true } },
      sealed: { kind: 'hasMany', target: 'Review', disableFilter: true },
      skipped: { kind: 'hasMany', target: 'Review', disableInclude: true },
      audits: { kind: 'hasMany', target: 'Audit' },
    },
  },
  Author: {
    properties: {
      name: 'string',
      country: 'string',
      secret: 'string',
      internal: 'string',
      id: 'number',
    },
    hidden: ['secret'],
    protected: ['internal'],
    relations: {
      books: { kind: 'hasMany', target: 'Book' },
      mentor: { kind: 'belongsTo', target: 'Author' },
    },
  },
  Review: {
    properties: { text: 'string', stars: 'number', id: 'number', bookId: 'number' },
    relations: { book: { kind: 'belongsTo', target: 'Book' } },
  },
  Audit: { properties: { by: 'string', id: 'number' }, isPublic: false },
  Ledger: { properties: { account: 'string', amount: 'number', id: 'number' }, strict: 'validate' },
}

/** The models of the query tests, compiled for a profile. */
export function queryModels(profile: Profile | 'strict' | 'loopback3'): ReadonlyMap<string, Model> {
  const resolved = typeof profile === 'string' ? resolveProfile(profile) : profile
  return new Map(
    Object.entries(texts).map(([name, text]) => [name, buildModel(name, text, resolved)]),
  )
}

/** One of them; fails the test when there is none. */
export function modelNamed(models: ReadonlyMap<string, Model>, name: string): Model {
  const model = models.get(name)
  if (model === undefined) throw new Error(`no model ${name}`)
  return model
}

/** A context as a transport would make it, with changes. */
export function parseContext(
  models: ReadonlyMap<string, Model>,
  changes: Partial<ParseContext> = {},
): ParseContext {
  return { models, options: {}, inProcess: false, purpose: 'read', ...changes }
}
