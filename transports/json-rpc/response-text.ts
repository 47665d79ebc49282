import { absent, type Reply, type SharedMethod } from '../../core/spi.ts'
import type { JsonRpcError } from './json-rpc-error.ts'
import type { JsonRpcId } from './message.ts'

/**
 * The value a client gets for a reply. Source: remoting J-5.
 *
 * `onlyFirst` is LoopBack 3's side of J-5: of several returns the first one counts.
 */
export function resultOf(method: SharedMethod, reply: Reply, onlyFirst: boolean): unknown {
  const value = reply.kind === 'value' ? reply.value : undefined
  const returns = method.returns.filter((returned) => returned.target === 'body')
  const [first] = returns
  if (first === undefined || returns.some((returned) => returned.root)) return value
  if (returns.length > 1 && !onlyFirst) return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = value as Readonly<Record<string, unknown>> // the core shapes named returns as an object
  return Object.hasOwn(members, first.name) ? members[first.name] : undefined
}

/**
 * One response. **Errors**: what serialising throws (a cycle, a bigint). Source: remoting J-6.
 */
export function resultText(id: JsonRpcId, result: unknown): string {
  const json = (result === absent ? undefined : JSON.stringify(result)) ?? 'null'
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`
}

/** One failure; data without a JSON form is left out but for its status. Never throws. */
export function errorText(id: JsonRpcId, error: JsonRpcError): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${errorJson(error)}}`
}

function errorJson(error: JsonRpcError): string {
  try {
    return JSON.stringify(error)
  } catch {
    const { code, message, data } = error
    const statusCode = (data as { readonly statusCode?: unknown } | undefined)?.statusCode // any object may be read
    return JSON.stringify(
      typeof statusCode === 'number' ? { code, message, data: { statusCode } } : { code, message },
    )
  }
}
