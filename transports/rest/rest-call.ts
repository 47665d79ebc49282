import type {
  Call,
  CallContext,
  CallInput,
  HttpRequest,
  HttpResponse,
  SharedMethod,
} from '../../core/spi.ts'
import type { HttpExchange } from '../http/exchange.ts'
import type { TokenRequest } from '../http/http-request.ts'
import { readArgument } from './arguments.ts'

/** One call as REST carries it. What few calls ask for is made on first access. */
export class RestCall implements Call {
  readonly transport = 'rest'
  readonly method: SharedMethod
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
  failedInMethod: boolean | undefined = undefined
  context: CallContext | undefined = undefined
  readonly #exchange: HttpExchange
  #abort: AbortController | undefined

  constructor(
    exchange: HttpExchange,
    method: SharedMethod,
    input: CallInput,
    ctorInput: CallInput | undefined,
  ) {
    this.#exchange = exchange
    this.method = method
    this.input = input
    this.ctorInput = ctorInput
    exchange.call = this
  }

  get metadata(): Call['metadata'] {
    return this.#exchange.raw.headers
  }

  /** Aborts when the connection ends before the answer did. Source: remoting I-13. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const controller = new AbortController()
      const { response } = this.#exchange
      if (response.destroyed && !response.writableFinished) controller.abort()
      response.once('close', () => {
        if (!response.writableFinished) controller.abort()
      })
      this.#abort = controller
    }
    return this.#abort.signal
  }

  get accessToken(): unknown {
    return (this.#exchange.raw as TokenRequest).accessToken // a plain property, put there by middleware
  }

  get request(): HttpRequest {
    return this.#exchange.request
  }

  get response(): HttpResponse {
    return this.#exchange.wrappedResponse
  }

  /** Files keep their buffers; everything else is JSON. Source: remoting FI-1. */
  get rich(): boolean {
    return this.method.returnsFile
  }

  get answered(): boolean {
    return this.#exchange.answered
  }

  readArgument(name: string): unknown {
    return readArgument(this.#exchange, name)
  }
}
