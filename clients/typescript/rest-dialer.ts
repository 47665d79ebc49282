import { checkOptions, lowerCased } from './call-options.ts'
import type { Channel, Dialer, IncomingReply, OutgoingCall } from './channel.ts'
import { decodeText, type ModelShapes } from './decode-value.ts'
import type { ApiDescription, MethodDescription } from './description.ts'
import { readEventStream } from './event-stream.ts'
import { RemoteError } from './remote-error.ts'
import { type RestRequest, requestOf } from './rest-request.ts'

/** Options of {@link restDialer}. */
export interface RestDialerOptions {
  /** Where methods are and how they take their arguments: of a generated file, or `describeApi(manifest)`. */
  readonly api: ApiDescription
  /** Sends a request. @default the platform's `fetch` */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether cookies are sent, as `fetch` defines it. @default 'same-origin' */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
  /** Bytes of an answer that is no stream and no file. @default 64 MiB */
  readonly maxAnswerBytes?: number
  /** Characters of one item of a stream. @default 16 Mi */
  readonly maxEventLength?: number
}

/** The content of a file as a method answers it. Read it once: as a stream, or whole. */
export interface FileDownload {
  readonly contentType: string
  readonly stream: ReadableStream<Uint8Array>
  /** Reads all of it. */
  bytes(): Promise<Uint8Array>
}

const optionNames = ['api', 'fetch', 'headers', 'credentials', 'maxAnswerBytes', 'maxEventLength']

/**
 * Calls an application over REST.
 *
 * ```ts
 * const client = createClient<Api>(restDialer('https://books.example/api', { api }))
 * ```
 *
 * `url` is where the API is mounted; a user name and password in it are sent as basic authorization and never appear in
 * a request's URL. **Errors**: `TypeError` for an unknown option or a text that is no URL. **Source**: remoting 6.3.
 */
export function restDialer(url: string, options: RestDialerOptions): Dialer {
  checkOptions('restDialer', options, optionNames)
  const { base, authorization } = splitUrl(url)
  const settings: RestSettings = {
    ...options,
    base,
    headers: { ...authorization, ...lowerCased(options.headers ?? {}) },
    fetch: options.fetch ?? ((target, init) => fetch(target, init)),
    maxAnswerBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    maxEventLength: options.maxEventLength ?? 16 * 1024 * 1024,
    models: options.api.models ?? {},
  }
  return {
    api: options.api,
    // loaded by the first batch: many programs have none
    batch: async (build, context) => (await import('./batch.ts')).runBatch(build, context),
    dial: async () => openChannel(settings),
  }
}

interface RestSettings extends RestDialerOptions {
  readonly base: string
  readonly models: ModelShapes
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly maxAnswerBytes: number
  readonly maxEventLength: number
}

/** There is no connection: what is closed are the calls under way. */
function openChannel(settings: RestSettings): Channel {
  const pending = new Set<Promise<unknown>>()
  const keep = <T>(reply: Promise<T>): Promise<T> => {
    pending.add(reply)
    const forget = () => pending.delete(reply)
    reply.then(forget, forget)
    return reply
  }
  return {
    call: (call) => keep(send(settings, call)),
    batch: (run) =>
      keep(
        import('./rest-batch.ts').then(({ sendRestBatch }) =>
          sendRestBatch(run, settings, answerOf, readText, RemoteError.from),
        ),
      ),
    onState: () => () => {},
    close: async () => {
      await Promise.allSettled(pending)
    },
  }
}

async function send(settings: RestSettings, call: OutgoingCall): Promise<IncomingReply> {
  const { method, url, ...request } = await requestOf(settings.base, settings.api, call)
  const response = await answerOf(settings, call, url, request)
  return method.streams
    ? streamReply(response, method, settings)
    : { kind: 'value', value: await readValue(response, method, settings) }
}

/** **Errors**: that of the answer; `UNAVAILABLE` when nobody answers, the signal's reason when it was aborted. */
async function answerOf(
  settings: RestSettings,
  { signal }: Pick<OutgoingCall, 'signal'>,
  url: string,
  { verb, headers, body }: Pick<RestRequest, 'verb' | 'headers' | 'body'>,
): Promise<Response> {
  const init = {
    method: verb,
    headers: { ...settings.headers, ...headers },
    body,
    signal,
    credentials: settings.credentials,
  }
  const response = await settings
    .fetch(url, init as RequestInit) // what is undefined is absent
    .catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason
      throw new RemoteError('the server cannot be reached', {
        statusCode: 503,
        code: 'UNAVAILABLE',
        cause,
      })
    })
  if (response.status >= 400) throw await errorOf(response, settings)
  return response
}

/** An error envelope, or any other body. Source: remoting CL-13. */
async function errorOf(response: Response, settings: RestSettings): Promise<RemoteError> {
  const { status } = response
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'))
  const text = await readText(response, settings.maxAnswerBytes).catch(() => '')
  try {
    const body = decodeText(text)
    const error = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined
    if (typeof error === 'object' && error !== null) {
      return RemoteError.from(error, status, retryAfterMs)
    }
  } catch {
    // no JSON: the text itself says what is wrong
  }
  return new RemoteError(`Error: ${status}`, { statusCode: status, details: text, retryAfterMs })
}

/** Seconds, or a date. Source: RFC 9110, 10.2.3. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null || header === '') return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

function streamReply(
  response: Response,
  { result }: MethodDescription,
  { models, maxEventLength }: RestSettings,
): IncomingReply {
  const { body } = response
  if (body === null) throw invalidAnswer('a stream was expected, the answer is empty')
  const decode = (json: string) => decodeText(json, result, models)
  return { kind: 'stream', items: readEventStream(body, decode, { maxEventLength }) }
}

/** Source: remoting CL-14, CL-16. */
async function readValue(
  response: Response,
  method: MethodDescription,
  settings: RestSettings,
): Promise<unknown> {
  if (response.status === 204) return undefined
  if (method.file) return fileOf(response)
  const text = await readText(response, settings.maxAnswerBytes)
  if (text === '') return undefined
  try {
    return decodeText(text, method.result, settings.models)
  } catch (cause) {
    throw invalidAnswer('the answer is no JSON', cause)
  }
}

function fileOf(response: Response): FileDownload {
  return {
    contentType: response.headers.get('content-type') ?? 'application/octet-stream',
    stream: response.body ?? new ReadableStream({ start: (controller) => controller.close() }),
    bytes: async () => new Uint8Array(await response.arrayBuffer()),
  }
}

/** **Errors**: `INVALID_ANSWER` beyond the limit. */
async function readText(response: Response, maxBytes: number): Promise<string> {
  const { body } = response
  if (body === null) return ''
  if (Number(response.headers.get('content-length') ?? Number.POSITIVE_INFINITY) <= maxBytes) {
    return response.text()
  }
  const decoder = new TextDecoder()
  let [text, size] = ['', 0]
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      reader.cancel().catch(() => {})
      throw invalidAnswer('the answer is too large')
    }
    text += decoder.decode(value, { stream: true })
  }
}

function invalidAnswer(message: string, cause?: unknown): RemoteError {
  return new RemoteError(message, { statusCode: 502, code: 'INVALID_ANSWER', cause })
}

/** Source: remoting CL-1. */
function splitUrl(text: string): {
  readonly base: string
  readonly authorization: Readonly<Record<string, string>>
} {
  const relative = text.startsWith('/')
  const url = new URL(text, relative ? 'http://localhost' : undefined)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const base = (relative ? url.pathname : url.origin + url.pathname).replace(/\/+$/, '')
  if (username === '' && password === '') return { base, authorization: {} }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const latin = String.fromCharCode(...new TextEncoder().encode(credentials))
  return { base, authorization: { authorization: `Basic ${btoa(latin)}` } }
}
