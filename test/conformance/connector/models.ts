import {
  type Model,
  type ModelIndex,
  matchAll,
  type OrderEntry,
  type Property,
  type PropertyType,
  type Query,
  resolveProfile,
  type Where,
} from '../../../core/spi.ts'

/** What a property of a test model is; a bare kind, or more. */
export type PropertyShape =
  | PropertyType['kind']
  | (Partial<Omit<Property, 'name' | 'type'>> & { readonly type: PropertyType })

/** Builds a frozen model as the compiler would. */
export function buildModel(
  name: string,
  properties: Readonly<Record<string, PropertyShape>>,
  settings: Partial<Model> = {},
): Model {
  const built = Object.entries(properties).map(([key, shape]) => buildProperty(key, shape))
  const id = built.filter((property) => property.id > 0).sort((a, b) => a.id - b.id)
  return Object.freeze({
    name,
    plural: `${name}s`,
    path: `/${name}s`,
    base: undefined,
    properties: new Map(built.map((property) => [property.name, property])),
    id,
    relations: new Map(),
    indexes: [],
    scopes: new Map(),
    scope: undefined,
    attributes: undefined,
    hidden: new Set<string>(),
    protected: new Set<string>(),
    strict: 'filter',
    forceId: false,
    validations: [],
    dataSource: 'conformance',
    isPublic: true,
    settings: {},
    profile: resolveProfile('strict'),
    ...settings,
  })
}

function buildProperty(name: string, shape: PropertyShape): Property {
  const { type, ...rest } = typeof shape === 'string' ? { type: { kind: shape } } : shape
  return Object.freeze({
    name,
    type: type as PropertyType, // a bare kind names a scalar
    required: false,
    id: 0,
    generated: false,
    applyDefaultOnWrites: true,
    persistDefaultValues: true,
    hidden: false,
    protected: false,
    readOnly: false,
    settings: {},
    ...rest,
  })
}

/** A numeric id made by the store. */
export const generatedId: PropertyShape = { type: { kind: 'number' }, id: 1, generated: true }

/** A text id the caller gives. */
export const givenId: PropertyShape = { type: { kind: 'string' }, id: 1 }

/** A list of texts. */
export const texts: PropertyShape = { type: { kind: 'list', item: { kind: 'string' } } }

const place: PropertyShape = {
  type: {
    kind: 'nested',
    strict: 'filter',
    properties: new Map([
      ['city', buildProperty('city', 'string')],
      ['floor', buildProperty('floor', 'number')],
    ]),
  },
}

/** A model with a property of every kind the operators meet. */
export const Sample = buildModel('Sample', {
  id: generatedId,
  name: 'string',
  size: 'number',
  flag: 'boolean',
  seen: 'date',
  tags: texts,
  place,
  at: 'geopoint',
})

const indexes: readonly ModelIndex[] = [
  {
    name: 'shelf_place',
    keys: [
      ['shelf', 1],
      ['position', 1],
    ],
    unique: true,
  },
]

/** A model with every kind of index. */
export const Item = buildModel(
  'Item',
  {
    id: generatedId,
    code: { type: { kind: 'string' }, index: { unique: true } },
    shelf: 'string',
    position: 'number',
    count: 'number',
    group: { type: { kind: 'string' }, index: { unique: false } },
    rank: { type: { kind: 'number' }, index: { unique: false } },
  },
  { indexes },
)

/** A model whose id the caller gives. */
export const Tag = buildModel('Tag', { slug: givenId, label: 'string' })

/** A model with a key of two parts. */
export const Price = buildModel('Price', {
  product: { type: { kind: 'number' }, id: 1 },
  region: { type: { kind: 'string' }, id: 2 },
  amount: 'number',
})

/** A query with defaults: everything, by id. */
export function queryOf(model: Model, parts: Partial<Query> = {}): Query {
  return {
    where: matchAll,
    order: model.id.map(({ name }) => by(model, name)),
    limit: undefined,
    skip: 0,
    fields: undefined,
    include: [],
    count: false,
    extra: undefined,
    ...parts,
  }
}

/** A sort key over a property or a dotted path. */
export function by(model: Model, name: string, direction: 1 | -1 = 1): OrderEntry {
  return { path: pathOf(model, name), direction }
}

/** The path of a property; dotted names go into nested ones. */
export function pathOf(model: Model, name: string): OrderEntry['path'] {
  const segments = name.split('.')
  const property = model.properties.get(segments[0] ?? '')
  let type = property?.type
  for (const segment of segments.slice(1)) {
    type = type?.kind === 'nested' ? type.properties.get(segment)?.type : undefined
  }
  return { segments, property, type }
}

/** A condition `name = value`. */
export function equal(model: Model, name: string, value: unknown): Where {
  return compare(model, name, 'eq', value)
}

/** A condition with a comparison operator. */
export function compare(
  model: Model,
  name: string,
  operator: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte',
  value: unknown,
): Where {
  return { kind: 'compare', path: pathOf(model, name), operator, value, loose: false }
}

/** A condition `name in values`. */
export function oneOf(
  model: Model,
  name: string,
  values: readonly unknown[],
  negated = false,
): Where {
  return { kind: 'in', path: pathOf(model, name), negated, values, loose: false }
}

/** A condition `low <= name <= high`. */
export function between(model: Model, name: string, low: unknown, high: unknown): Where {
  return { kind: 'between', path: pathOf(model, name), low, high }
}

/** A condition with a pattern; the test in process is derived from it. */
export function pattern(
  model: Model,
  name: string,
  operator: 'like' | 'ilike' | 'regexp',
  source: string,
  negated = false,
): Where {
  const flags = operator === 'ilike' ? 'i' : ''
  const expression = operator === 'regexp' ? source : `^${likeToRegExp(source)}$`
  const compiled = new RegExp(expression, `${flags}s`)
  return {
    kind: 'pattern',
    path: pathOf(model, name),
    operator,
    negated,
    pattern: { source, flags, test: (text) => compiled.test(text) },
  }
}

/** Covers the texts this suite uses: `%`, `_` and plain letters. */
function likeToRegExp(source: string): string {
  return source.replaceAll('%', '.*').replaceAll('_', '.')
}
