import { findBooks, makeBooks } from './books.mjs'
import { listModels, listOtherPaths, listOthers } from './others.mjs'
import { createStore } from './store.mjs'

const greet = ({ query }) => ({ greeting: `Hello, ${query.name}!` })

const greetRoute = (path) => ({
  verb: 'GET',
  path,
  schemas: { query: 'greetQuery', answer: 'greetAnswer' },
  handle: greet,
})

/** The ten endpoints of one model of work e, over a store of its own. */
function listModelRoutes(path) {
  const store = createStore()
  const one = `${path}/:id`
  const item = 'itemAnswer'
  return [
    route('POST', path, { body: 'newItem', answer: item }, ({ body }) => store.create(body)),
    route('GET', path, { query: 'itemsQuery' }, ({ query }) => store.list(query.limit)),
    route('PATCH', path, { body: 'itemPatch' }, ({ body }) => store.patchAll(body)),
    route('GET', `${path}/count`, {}, () => store.count()),
    route('GET', `${path}/first`, {}, () => store.first() ?? null),
    route('GET', one, { params: 'itemPath' }, ({ params }) => store.get(params.id) ?? null),
    route('GET', `${one}/exists`, { params: 'itemPath' }, ({ params }) => store.exists(params.id)),
    route('PUT', one, { params: 'itemPath', body: 'newItem', answer: item }, ({ params, body }) =>
      store.replace(params.id, body),
    ),
    route('PATCH', one, { params: 'itemPath', body: 'itemPatch', answer: item }, (input) =>
      store.patch(input.params.id, input.body),
    ),
    route('DELETE', one, { params: 'itemPath' }, ({ params }) => store.remove(params.id)),
  ]
}

const route = (verb, path, schemas, handle) => ({ verb, path, schemas, handle })

/**
 * The routes of the peers that have no models: one table, so that each peer does the same work.
 *
 * `plan` is `{ otherMethods, models }`. A route is `{ verb, path, schemas, handle }`: `path` may hold `:id`, `schemas`
 * names entries of `json-schemas.mjs` and `zod-schemas.mjs` for `query`, `params`, `body` and `answer`, and `handle`
 * takes the checked `{ query, params, body }` and gives the answer. `reset` empties the store of work c.
 */
export function listRoutes(plan) {
  if (plan.models > 0) {
    const routes = listModels(plan.models).flatMap((name) =>
      listModelRoutes(`/${name.toLowerCase()}`),
    )
    return { routes, reset() {} }
  }
  const books = makeBooks()
  const readers = createStore()
  const others = listOthers(plan.otherMethods)
  const routes = [
    ...listOtherPaths(others.before).map(greetRoute),
    greetRoute('/greet'),
    route('GET', '/books', { query: 'booksQuery', answer: 'booksAnswer' }, ({ query }) =>
      findBooks(books, query.minPages, query.order, query.limit),
    ),
    route('POST', '/readers', { body: 'newReader', answer: 'readerAnswer' }, ({ body }) =>
      readers.create(body),
    ),
    ...listOtherPaths(others.after).map(greetRoute),
  ]
  return { routes, reset: readers.clear }
}
