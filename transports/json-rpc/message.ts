import { RemoteError } from '../../core/spi.ts'
import { parseJsonBody } from '../http/json-body.ts'
import type { JsonRpcLimits } from './json-rpc-options.ts'

/** Identifies a request within its connection; chosen by the client. */
export type JsonRpcId = string | number | null

/** One request as the standard describes it. Source: https://www.jsonrpc.org/specification section 4. */
export interface JsonRpcRequest {
  readonly method: string
  /** By position or by name. */
  readonly params: readonly unknown[] | Readonly<Record<string, unknown>> | undefined
  /** `undefined`: a notification, which is not answered. */
  readonly id: JsonRpcId | undefined
}

/** What a text turned out to be. */
export type JsonRpcMessage =
  | { readonly kind: 'malformed' }
  /** JSON that is no request, or is beyond a limit; `reason` says which, where there is more to say. */
  | { readonly kind: 'refused'; readonly reason: RemoteError | undefined }
  | { readonly kind: 'single'; readonly request: JsonRpcRequest | undefined }
  /** Items that are no request are `undefined`. */
  | { readonly kind: 'batch'; readonly requests: readonly (JsonRpcRequest | undefined)[] }

/** What reading a text needs to know. */
export interface ReadingRules {
  readonly limits: JsonRpcLimits
  /** A member named `constructor` is refused like `__proto__`. Source: remoting Q-11. */
  readonly refuseConstructor: boolean
}

/** Reads a text. Never throws. Source: remoting J-4, J-9, J-12. */
export function readMessage(text: string, rules: ReadingRules): JsonRpcMessage {
  if (text.trim() === '') return { kind: 'malformed' }
  const { limits, refuseConstructor } = rules
  try {
    const value = parseJsonBody(text, { strict: false, limits: { ...limits, refuseConstructor } })
    return messageOf(value, limits)
  } catch (error) {
    const isBeyondLimit = error instanceof RemoteError && error.reason !== undefined
    return isBeyondLimit ? { kind: 'refused', reason: error } : { kind: 'malformed' }
  }
}

/** Reads a value somebody else parsed. */
export function messageOf(value: unknown, limits: JsonRpcLimits): JsonRpcMessage {
  if (!Array.isArray(value)) return { kind: 'single', request: requestOf(value) }
  if (value.length === 0) return { kind: 'refused', reason: undefined }
  if (value.length > limits.maxBatch) {
    return { kind: 'refused', reason: tooLong(limits.maxBatch) }
  }
  return { kind: 'batch', requests: value.map(requestOf) }
}

function tooLong(maxBatch: number): RemoteError {
  return new RemoteError(`a batch of more than ${maxBatch} requests`, {
    code: 'resource_exhausted',
    statusCode: 413,
  })
}

/** `undefined` for what is no request. */
function requestOf(value: unknown): JsonRpcRequest | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { jsonrpc, method, params, id } = value as Readonly<Record<string, unknown>> // parsed JSON
  if (jsonrpc !== '2.0' || typeof method !== 'string') return undefined
  if (!isParams(params) || !isId(id)) return undefined
  return { method, params, id }
}

function isParams(params: unknown): params is JsonRpcRequest['params'] {
  return params === undefined || (typeof params === 'object' && params !== null)
}

function isId(id: unknown): id is JsonRpcRequest['id'] {
  return id === undefined || id === null || typeof id === 'string' || typeof id === 'number'
}
