import { STATUS_CODES } from 'node:http'
import type { App } from '../../../core/index.ts'
import type { Catalog, SharedMethod } from '../../../core/spi.ts'
import type { ClientCallOptions, ConformanceClient } from '../../conformance/transport/index.ts'

/** What a server answers to one request. */
export interface JsonRpcResponse {
  readonly jsonrpc: '2.0'
  readonly id: string | number | null
  readonly result?: unknown
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly data?: Readonly<Record<string, unknown>>
  }
}

/** A client that calls by full name, with params by name. It knows the methods as a generated client would. */
export function jsonRpcClient(app: App, catalog: () => Catalog): ConformanceClient {
  const [endpoint = ''] = app.addresses
  let last = 0
  return {
    async call(method, args, options = {}) {
      const id = ++last
      const known = catalog().find(method)
      const answer = await post(
        endpoint,
        { jsonrpc: '2.0', id, method, params: params(args, options) },
        options,
      )
      const text = await answer.text()
      const response = JSON.parse(text) as JsonRpcResponse
      if ('error' in response) throw failureFrom(answer.status, response.error)
      return returnedBy(known, response.result)
    },
    close: async () => {},
  }
}

function params(args: Readonly<Record<string, unknown>>, { ctorArgs }: ClientCallOptions) {
  return { ...args, ...ctorArgs }
}

function post(endpoint: string, body: unknown, { signal, metadata }: ClientCallOptions) {
  return fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...metadata },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** The failure every transport shows; a 5xx and an unknown method carry no text of their own. */
function failureFrom(status: number, error: JsonRpcResponse['error'] | object) {
  if (error === undefined || !('code' in error) || typeof error.code !== 'number') {
    return { statusCode: status, ...error } // the answer to a body that was not read
  }
  if (error.code === -32601) return { statusCode: 404, message: error.message }
  const data: Readonly<Record<string, unknown>> = error.data ?? {}
  return { message: STATUS_CODES[Number(data['statusCode'])] ?? error.message, ...data }
}

/** J-5 and J-6 the other way round: a lone value gets its name back, and null where nothing can be null is nothing. */
function returnedBy(method: SharedMethod | undefined, result: unknown): unknown {
  const returns = method?.returns.filter((returned) => returned.target === 'body') ?? []
  const [first] = returns
  if (first === undefined) return undefined
  if (returns.length === 1 && !first.root) return { [first.name]: result }
  if (result === null && first.type.validate(null) !== undefined) return undefined
  return result
}
