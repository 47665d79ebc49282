import { findBooks, makeBooks } from './books.mjs'

/** How many different requests of one work are sent in turn. */
const variants = 64

const names = Array.from({ length: variants }, (_, index) => `Reader ${index} Ämne`.slice(0, 20))
const searches = Array.from({ length: variants }, (_, index) => ({
  minPages: 100 + index * 14,
  order: index % 2 === 0 ? 'title DESC' : 'price ASC',
  limit: 20,
}))
const readers = Array.from({ length: variants }, (_, index) => ({
  firstName: `First${index}`,
  lastName: `Last${index}`,
  email: `first${index}.last@example.com`,
  age: 20 + index,
  country: 'DE',
  phone: `+49 30 ${100000 + index}`,
  score: index + 0.5,
  newsletter: index % 2 === 0,
  birthday: `19${60 + (index % 40)}-0${1 + (index % 9)}-15`,
  note: `Reader number ${index}, written for the benchmark of work c.`,
}))

const query = (members) =>
  Object.entries(members)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')

const filterOf = ({ minPages, order, limit }) =>
  encodeURIComponent(JSON.stringify({ where: { pages: { gt: minPages } }, order: [order], limit }))

/** How each family of peers wants the same works written. */
const dialects = {
  plain: {
    greet: (members) => `/greet?${query(members)}`,
    find: (search) => `/books?${query(search)}`,
    create: '/readers',
    list: (name) => `/${name.toLowerCase()}`,
    unwrap: (answer) => answer,
  },
  loopback: {
    greet: (members) => `/api/Greeters/greet?${query(members)}`,
    find: (search) => `/api/Books?filter=${filterOf(search)}`,
    create: '/api/Readers',
    list: (name) => `/api/${name}`,
    unwrap: (answer) => answer,
  },
  trpc: {
    greet: (members) => `/greet?input=${encodeURIComponent(JSON.stringify(members))}`,
    find: (search) => `/books?input=${encodeURIComponent(JSON.stringify(search))}`,
    create: '/readers',
    list: (name) => `/${name.toLowerCase()}.find?input=%7B%7D`,
    unwrap: (answer) => answer?.result?.data,
  },
}

const get = (path) => ({ method: 'GET', path, body: undefined })
const post = (path, body) => ({ method: 'POST', path, body: JSON.stringify(body) })

/** The request that work e waits for: the list of the last model. */
export function firstRequest(dialect, models) {
  return get(dialects[dialect].list(`Model${models - 1}`))
}

/**
 * The requests of one work in a dialect, each with what its answer must be.
 *
 * Shape: `{ valid: [{ request, expected }], invalid: [request], unwrap }`; a created row's id is not compared.
 */
export function requestsOf(work, dialect) {
  const form = dialects[dialect]
  const { unwrap } = form
  if (work === 'a' || work === 'd') {
    return {
      unwrap,
      valid: names.map((name) => ({
        request: get(form.greet({ name })),
        expected: { greeting: `Hello, ${name}!` },
      })),
      invalid: [get(form.greet({})), get(form.greet({ name: 'x'.repeat(101) }))],
    }
  }
  if (work === 'b') {
    const books = makeBooks()
    return {
      unwrap,
      valid: searches.map((search) => ({
        request: get(form.find(search)),
        expected: findBooks(books, search.minPages, search.order, search.limit),
      })),
      invalid: [],
    }
  }
  const wrong = [{ age: 17 }, { age: 'old' }, { email: 'nobody' }, { lastName: undefined }]
  wrong.push({ country: 'DEU' })
  return {
    unwrap,
    valid: readers.map((reader) => ({ request: post(form.create, reader), expected: reader })),
    invalid: wrong.map((members) => post(form.create, { ...readers[0], ...members })),
  }
}

/** The works, in report order. */
export const works = {
  a: { title: 'GET greet, validated', otherMethods: 0 },
  b: { title: 'find 20 of 1,000 rows in memory', otherMethods: 0 },
  c: { title: 'POST ten members, validated, stored', otherMethods: 0 },
  d: { title: 'GET greet beside 5,000 other methods', otherMethods: 5000 },
  e: { title: 'start-up and memory with 10, 100, 1,000 models', otherMethods: 0 },
}
