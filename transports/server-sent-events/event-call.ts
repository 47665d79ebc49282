import { createHash } from 'node:crypto'
import type {
  Call,
  CallContext,
  CallInput,
  Catalog,
  HttpRequest,
  Parameter,
  SharedMethod,
} from '../../core/spi.ts'
import type { HttpExchange } from '../http/exchange.ts'
import type { TokenRequest } from '../http/http-request.ts'
import { readHeader } from '../http/request-headers.ts'

/** Arguments by name, those of the instance loader among them. */
export type NamedArguments = Readonly<Record<string, unknown>>

/** One call whose answer is an event stream. */
export class EventCall implements Call {
  readonly transport = 'server-sent-events'
  readonly method: SharedMethod
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
  readonly signal: AbortSignal
  failedInMethod: boolean | undefined = undefined
  context: CallContext | undefined = undefined
  readonly #exchange: HttpExchange
  readonly #args: NamedArguments

  /** `ctor` loads the instance of a prototype method; its first argument may be called `id`. */
  constructor(
    exchange: HttpExchange,
    target: { readonly method: SharedMethod; readonly ctor: SharedMethod | undefined },
    args: NamedArguments,
    signal: AbortSignal,
  ) {
    const { method, ctor } = target
    const read = ({ name }: Parameter) => this.readArgument(name)
    const readForCtor = ({ name, index }: Parameter) =>
      this.readArgument(name) ?? (index === 0 ? this.readArgument('id') : undefined)
    this.#exchange = exchange
    this.#args = args
    this.method = method
    this.input = { values: method.parameters.map(read), typed: true }
    this.ctorInput =
      ctor === undefined ? undefined : { values: ctor.parameters.map(readForCtor), typed: true }
    this.signal = signal
    exchange.call = this
  }

  get metadata(): Call['metadata'] {
    return this.#exchange.raw.headers
  }

  get accessToken(): unknown {
    return tokenOf(this.#exchange)
  }

  get request(): HttpRequest {
    return this.#exchange.request
  }

  readArgument(name: string): unknown {
    return Object.hasOwn(this.#args, name) ? this.#args[name] : undefined
  }
}

/** The method of a full name with the loader of its instance. */
export function findTarget(
  catalog: Catalog,
  fullName: string,
): { readonly method: SharedMethod; readonly ctor: SharedMethod | undefined } | undefined {
  const method = catalog.find(fullName)
  if (method === undefined) return undefined
  if (method.isStatic) return { method, ctor: undefined }
  const owner = catalog.classes.find((shared) => shared.name === method.className)
  return { method, ctor: owner?.sharedCtor }
}

function tokenOf({ raw }: HttpExchange): unknown {
  return (raw as TokenRequest).accessToken // a plain property, put there by middleware
}

/** Tells callers apart by what they prove themselves with: headers, the token in the query, what middleware found. */
export function fingerprintOf(exchange: HttpExchange): string {
  const { raw, query } = exchange
  const token = tokenOf(exchange)
  const found = typeof token === 'object' && token !== null && 'id' in token ? token.id : token
  const proofs = [
    readHeader(raw, 'authorization'),
    readHeader(raw, 'x-access-token'),
    query['access_token'],
    found === undefined || found === null ? found : String(found),
  ]
  return createHash('sha256').update(JSON.stringify(proofs)).digest('base64url')
}
