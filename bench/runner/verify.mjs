import { isDeepStrictEqual } from 'node:util'

/** Sends one request with `fetch`: `{ status, body }`, the body parsed if it is JSON. */
export async function send(port, { method, path, body }) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  })
  const text = await response.text()
  let value
  try {
    value = JSON.parse(text)
  } catch {
    value = text
  }
  return { status: response.status, body: value }
}

const asJson = (value) => JSON.parse(JSON.stringify(value))

function fail(request, answer, wanted) {
  const got = JSON.stringify(answer).slice(0, 600)
  throw new Error(`${request.method} ${request.path}: wanted ${wanted}, got ${got}`)
}

/**
 * Checks a server before it is measured: every valid request is answered with 2xx and exactly what the work says, every
 * invalid one with 400 or 422. A created row must also have an id.
 */
export async function verify(port, { valid, invalid, unwrap }) {
  for (const { request, expected } of valid) {
    const answer = await send(port, request)
    let value = unwrap(answer.body)
    let wanted = asJson(expected)
    if (request.method === 'POST' && value?.id !== undefined) {
      const { id, ...members } = value
      value = members
    } else if (request.method === 'POST') {
      wanted = { ...wanted, id: 'an id' }
    }
    const isExact = answer.status >= 200 && answer.status < 300 && isDeepStrictEqual(value, wanted)
    if (!isExact) fail(request, answer, JSON.stringify(wanted).slice(0, 300))
  }
  for (const request of invalid) {
    const answer = await send(port, request)
    if (answer.status !== 400 && answer.status !== 422) fail(request, answer, 'status 400 or 422')
  }
}
