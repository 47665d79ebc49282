/** JSON Schemas of the works, for the peers that validate with ajv. */

/** Email-like text; the same pattern is used by every peer. */
export const emailPattern = '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'
/** A calendar date; the same pattern is used by every peer. */
export const datePattern = '^\\d{4}-\\d{2}-\\d{2}$'

/** Query of works a and d. */
const greetQuery = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 1, maxLength: 100 } },
  required: ['name'],
  additionalProperties: false,
}

/** Answer of works a and d. */
const greetAnswer = {
  type: 'object',
  properties: { greeting: { type: 'string' } },
  required: ['greeting'],
}

/** Query of work b. */
const booksQuery = {
  type: 'object',
  properties: {
    minPages: { type: 'integer', minimum: 0 },
    order: { type: 'string', enum: ['title DESC', 'price ASC'] },
    limit: { type: 'integer', minimum: 1, maximum: 100 },
  },
  required: ['minPages', 'order', 'limit'],
  additionalProperties: false,
}

/** Answer of work b. */
const booksAnswer = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      title: { type: 'string' },
      pages: { type: 'integer' },
      price: { type: 'number' },
      country: { type: 'string' },
      rating: { type: 'number' },
      active: { type: 'boolean' },
      published: { type: 'string', format: 'date-time' },
      isbn: { type: 'string' },
      genre: { type: 'string' },
    },
  },
}

const readerProperties = {
  firstName: { type: 'string', minLength: 1, maxLength: 50 },
  lastName: { type: 'string', minLength: 1, maxLength: 50 },
  email: { type: 'string', maxLength: 120, pattern: emailPattern },
  age: { type: 'integer', minimum: 18, maximum: 120 },
  country: { type: 'string', minLength: 2, maxLength: 2 },
  phone: { type: 'string', minLength: 5, maxLength: 20 },
  score: { type: 'number', minimum: 0, maximum: 100 },
  newsletter: { type: 'boolean' },
  birthday: { type: 'string', pattern: datePattern },
  note: { type: 'string', maxLength: 500 },
}

/** Body of work c: ten members, all but `note` required. */
const newReader = {
  type: 'object',
  properties: readerProperties,
  required: Object.keys(readerProperties).filter((name) => name !== 'note'),
  additionalProperties: false,
}

/** Answer of work c. */
const readerAnswer = {
  type: 'object',
  properties: { id: { type: 'integer' }, ...readerProperties },
}

const itemProperties = {
  title: { type: 'string', minLength: 1, maxLength: 100 },
  pages: { type: 'integer', minimum: 1 },
  price: { type: 'number', minimum: 0 },
  country: { type: 'string', minLength: 2, maxLength: 2 },
  rating: { type: 'number', minimum: 0, maximum: 5 },
  active: { type: 'boolean' },
  published: { type: 'string' },
  isbn: { type: 'string', maxLength: 20 },
}

/** Body of the models of work e: eight members, `title` required. */
const newItem = {
  type: 'object',
  properties: itemProperties,
  required: ['title'],
  additionalProperties: false,
}

/** Partial body of the models of work e. */
const itemPatch = {
  type: 'object',
  properties: itemProperties,
  additionalProperties: false,
}

/** Answer of the models of work e. */
const itemAnswer = {
  type: 'object',
  properties: { id: { type: 'integer' }, ...itemProperties },
}

/** Path parameters of the models of work e. */
const itemPath = {
  type: 'object',
  properties: { id: { type: 'integer', minimum: 1 } },
  required: ['id'],
}

/** Query of the list of a model of work e. */
const itemsQuery = {
  type: 'object',
  properties: { limit: { type: 'integer', minimum: 1, maximum: 1000 } },
  additionalProperties: false,
}

/** All schemas by the names that `routes.mjs` uses. */
export const jsonSchemas = {
  greetQuery,
  greetAnswer,
  booksQuery,
  booksAnswer,
  newReader,
  readerAnswer,
  newItem,
  itemPatch,
  itemAnswer,
  itemPath,
  itemsQuery,
}

/** A copy of a schema for one route: ajv keeps compiled functions by identity, and routes of an application are not identical. */
export function copySchema(name) {
  return name === undefined ? undefined : structuredClone(jsonSchemas[name])
}
