import { createServer } from 'node:http'
import { parse } from 'node:querystring'
import { datePattern, emailPattern } from '../work/json-schemas.mjs'
import { listRoutes } from '../work/routes.mjs'

const email = new RegExp(emailPattern)
const date = new RegExp(datePattern)
const isText = (value, min, max) =>
  typeof value === 'string' && value.length >= min && value.length <= max
const isNumber = (value, min, max) =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max
const isInteger = (value, min, max) => Number.isInteger(value) && value >= min && value <= max
const isItem = (body) =>
  isText(body.title, 1, 100) &&
  (body.pages === undefined || isInteger(body.pages, 1, Number.MAX_SAFE_INTEGER))

/** Checks written by hand, by the schema names of `routes.mjs`: the checked value, or undefined. */
const readers = {
  greetQuery(query) {
    return isText(query.name, 1, 100) ? query : undefined
  },
  booksQuery(query) {
    const minPages = Number(query.minPages)
    const limit = Number(query.limit)
    const { order } = query
    const isKnown = order === 'title DESC' || order === 'price ASC'
    return isInteger(minPages, 0, 1e9) && isInteger(limit, 1, 100) && isKnown
      ? { minPages, order, limit }
      : undefined
  },
  itemsQuery(query) {
    const limit = query.limit === undefined ? undefined : Number(query.limit)
    return limit === undefined || isInteger(limit, 1, 1000) ? { limit } : undefined
  },
  newReader(body) {
    const isValid =
      isText(body.firstName, 1, 50) &&
      isText(body.lastName, 1, 50) &&
      isText(body.email, 3, 120) &&
      email.test(body.email) &&
      isInteger(body.age, 18, 120) &&
      isText(body.country, 2, 2) &&
      isText(body.phone, 5, 20) &&
      isNumber(body.score, 0, 100) &&
      typeof body.newsletter === 'boolean' &&
      isText(body.birthday, 10, 10) &&
      date.test(body.birthday) &&
      (body.note === undefined || isText(body.note, 0, 500))
    return isValid ? body : undefined
  },
  newItem: (body) => (isItem(body) ? body : undefined),
  itemPatch: (body) => (body.title === undefined || isItem(body) ? body : undefined),
}

function send(response, status, value) {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function answer(response, route, input) {
  if (route.schemas.query !== undefined) {
    input.query = readers[route.schemas.query](input.query)
    if (input.query === undefined) return send(response, 400, { error: 'invalid query' })
  }
  if (route.schemas.body !== undefined) {
    input.body = readers[route.schemas.body](input.body)
    if (input.body === undefined) return send(response, 400, { error: 'invalid body' })
  }
  return send(response, 200, route.handle(input))
}

function readBody(request, done) {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => done(Buffer.concat(chunks)))
}

/** The floor: node:http, one Map of routes, checks by hand, `JSON.stringify`. */
export async function start(plan) {
  const { routes, reset } = listRoutes(plan)
  const table = new Map(routes.map((route) => [`${route.verb} ${route.path}`, route]))

  const server = createServer((request, response) => {
    const { url, method } = request
    const mark = url.indexOf('?')
    let path = mark < 0 ? url : url.slice(0, mark)
    const params = {}
    let route = table.get(`${method} ${path}`)
    if (route === undefined) {
      path = path.replace(/\/(\d+)(?=\/|$)/, (_, id) => {
        params.id = Number(id)
        return '/:id'
      })
      route = table.get(`${method} ${path}`)
      if (route === undefined) return send(response, 404, { error: 'not found' })
    }
    const query = mark < 0 ? {} : parse(url.slice(mark + 1))
    if (route.schemas.body === undefined) return answer(response, route, { query, params })
    readBody(request, (bytes) => {
      let body
      try {
        body = JSON.parse(bytes.toString())
      } catch {
        return send(response, 400, { error: 'invalid JSON' })
      }
      answer(response, route, { query, params, body: Object(body) })
    })
  })
  await new Promise((resolve) => server.listen(plan.port, '127.0.0.1', resolve))
  return { port: server.address().port, reset }
}
