import { type ProblemOptions, problemFromError, RemoteError } from '../../core/spi.ts'

/** The `error` member of a response. Source: https://www.jsonrpc.org/specification section 5.1. */
export interface JsonRpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** The text is no JSON. Source: remoting J-12. */
export const parseError: JsonRpcError = Object.freeze({ code: -32700, message: 'Parse error' })
/** The same in `loopback3`. */
export const serverError: JsonRpcError = Object.freeze({ code: -32000, message: 'Server error' })
/** Source: remoting J-9. */
export const invalidRequest: JsonRpcError = Object.freeze({
  code: -32600,
  message: 'Invalid Request',
})
/** Source: remoting J-7. */
export const methodNotFound: JsonRpcError = Object.freeze({
  code: -32601,
  message: 'Method not found',
})

/** JSON that is refused for a reason worth telling: a limit, a reserved key. */
export function refusalFromError(error: RemoteError, options: ProblemOptions): JsonRpcError {
  return { ...invalidRequest, data: dataFromError(error, options) }
}

/**
 * Renders the failure of a call. `isOwn` says that the method itself threw, so that its 400 is not taken for one of the
 * arguments. Never throws. Source: remoting J-7, J-8, J-10, J-11, E-16.
 */
export function errorFromFailure(
  error: unknown,
  isOwn: boolean,
  options: ProblemOptions,
): JsonRpcError {
  if (!isOwn && error instanceof RemoteError) {
    if (error.reason === 'METHOD_NOT_FOUND') return methodNotFound
    const isArgument =
      error.statusCode === 400 && (error.reason ?? 'INVALID_ARGUMENT') === 'INVALID_ARGUMENT'
    if (isArgument) {
      return { code: -32602, message: 'Invalid params', data: dataFromError(error, options) }
    }
  }
  return (
    ownErrorOf(error) ?? {
      code: -32603,
      message: 'Internal error',
      data: dataFromError(error, options),
    }
  )
}

/** An error that is in the protocol's own form already. Source: remoting J-11. */
function ownErrorOf(error: unknown): JsonRpcError | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    const { code, message, data } = error as Readonly<Record<string, unknown>> // read only
    if (!Number.isInteger(code) || typeof message !== 'string') return undefined
    return { code: Number(code), message, ...(data === undefined ? {} : { data }) }
  } catch {
    return undefined // a getter that throws, a revoked proxy
  }
}

/** The members every transport shows, without the stack; of a 5xx the status only. */
function dataFromError(error: unknown, options: ProblemOptions): Readonly<Record<string, unknown>> {
  const { statusCode, body } = problemFromError(error, options)
  const { stack: _stack, message, ...members } = body
  if (statusCode >= 500 && options.debug !== true) return members
  return message === undefined ? members : { ...members, message }
}
