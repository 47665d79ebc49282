import { randomBytes } from 'node:crypto'
import { problemFromError, type Reply } from '../../core/spi.ts'
import type { ErrorSettings } from '../http/error-options.ts'
import type { HttpExchange, RawHeaders } from '../http/exchange.ts'
import { readHeader } from '../http/request-headers.ts'
import type { Endpoint } from './endpoint.ts'
import { chooseStreamFormat } from './negotiation.ts'
import { pump } from './pump.ts'
import { addMetadata, statusOf } from './value-writer.ts'

/** A reply that is a stream of items. */
export type StreamReply = Extract<Reply, { kind: 'stream' }>

/** What every stream of a mount shares. */
export interface StreamEnvironment {
  /** Milliseconds between comment lines, 0 for none. */
  readonly keepAliveMs: number
  /** Milliseconds from the last frame to the end of the response. */
  readonly openAfterEndMs: number
  readonly errors: ErrorSettings
  readonly log: (error: unknown, message: string) => void
  /** Aborted when the host closes. */
  readonly closing: AbortSignal
}

/** How one format writes its frames. `undefined` frames are not written. */
interface Framing {
  readonly headers: RawHeaders
  readonly begin?: string
  item(json: string): string
  /** Without it a failing stream destroys the socket. */
  error?(json: string): string
  readonly end?: string
  readonly keepAlive?: string
  /** The response ends with the stream, not some time later. */
  readonly endsAtOnce?: boolean
}

/** Writes a stream; resolves when the response is finished or gone. Never rejects. Source: remoting section 5. */
export async function writeStream(
  exchange: HttpExchange,
  endpoint: Endpoint,
  reply: StreamReply,
  environment: StreamEnvironment,
): Promise<void> {
  const { response } = exchange
  const framing = framingOf(exchange, endpoint)
  closeWhenAsked(exchange)
  addMetadata(framing.headers, reply.metadata)
  response.socket?.setNoDelay(true)
  exchange.beginStream(statusOf(exchange, endpoint, reply.metadata), framing.headers)
  if (exchange.raw.method === 'HEAD') {
    await pump(reply.items, response, AbortSignal.abort(), () => true)
    response.end()
    return
  }
  response.write(framing.begin ?? '')
  const timer = keepAliveTimer(exchange, framing, environment)
  try {
    await carry(exchange, reply, framing, environment)
  } finally {
    clearInterval(timer)
  }
}

/** The head of an event stream says keep-alive, whatever the client asked for: the socket is ended by hand. */
function closeWhenAsked({ raw, response }: HttpExchange): void {
  if (!/\bclose\b/i.test(readHeader(raw, 'connection') ?? '')) return
  response.once('finish', () => raw.socket.end())
}

async function carry(
  exchange: HttpExchange,
  reply: StreamReply,
  framing: Framing,
  environment: StreamEnvironment,
): Promise<void> {
  const { response } = exchange
  const { closing, errors } = environment
  try {
    const ended = await pump(reply.items, response, closing, (item) =>
      response.write(framing.item(JSON.stringify(item) ?? 'null')),
    )
    if (ended) response.write(framing.end ?? '')
  } catch (error) {
    if (errors.log)
      environment.log(error, `the stream of ${exchange.raw.method} ${exchange.originalUrl} failed`)
    if (framing.error === undefined) return void response.destroy()
    response.write(framing.error(errorJson(error, errors)))
  }
  if (framing.endsAtOnce !== true) await untilClosed(exchange, environment)
  response.end()
}

/** Waits for the client to leave, for the configured time, or for the host to close. Source: remoting ST-5. */
function untilClosed(exchange: HttpExchange, environment: StreamEnvironment): Promise<void> {
  const { response } = exchange
  if (response.destroyed || environment.closing.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      response.off('close', finish)
      environment.closing.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, environment.openAfterEndMs)
    response.once('close', finish)
    environment.closing.addEventListener('abort', finish, { once: true })
  })
}

function keepAliveTimer(
  exchange: HttpExchange,
  framing: Framing,
  environment: StreamEnvironment,
): NodeJS.Timeout | undefined {
  const line = framing.keepAlive
  if (line === undefined || environment.keepAliveMs === 0) return undefined
  const { response } = exchange
  return setInterval(() => {
    if (!response.destroyed && !response.writableEnded) response.write(line)
  }, environment.keepAliveMs)
}

/** Members in the order of ST-4. */
function errorJson(error: unknown, settings: ErrorSettings): string {
  const { debug, safeFields } = settings
  const { message, name, statusCode, ...more } = problemFromError(error, { debug, safeFields }).body
  try {
    return JSON.stringify({ message, name, statusCode, ...more })
  } catch {
    return JSON.stringify({ message, name, statusCode })
  }
}

function framingOf(exchange: HttpExchange, endpoint: Endpoint): Framing {
  switch (chooseStreamFormat(exchange)) {
    case 'event-stream':
      return eventStream()
    case 'ndjson':
      return {
        headers: ['Content-Type', 'application/x-ndjson'],
        item: (json) => `${json}\n`,
        endsAtOnce: true,
      }
    default:
      return multiplexed(endpoint.route.method.returns[0]?.definition.contentType)
  }
}

/** Source: remoting ST-3, ST-4, ST-6. */
function eventStream(): Framing {
  return {
    headers: [
      'Content-Type',
      'text/event-stream',
      'Cache-Control',
      'no-cache, no-transform',
      'Connection',
      'keep-alive',
      'Content-Encoding',
      'x-no-compression',
    ],
    begin: ':ok\n\n',
    item: (json) => `event: data\ndata: ${json}\n\n`,
    error: (json) => `event: error\ndata: ${json}\n\n`,
    end: 'event: end\ndata: null\n\n',
    keepAlive: ':keepalive\n\n',
  }
}

/** One stream of LoopBack's line protocol for several. Source: remoting ST-9. */
function multiplexed(contentType = 'application/json; boundary=NL'): Framing {
  const id = `"${randomBytes(8).toString('hex')}"`
  return {
    headers: ['Content-Type', contentType],
    begin: `[${id},"new",{"opts":{"writable":false,"readable":true}}]\n`,
    item: (json) => `[${id},"data",${json}]\n`,
    error: (json) => `[${id},"error",${json}]\n[${id},"close"]\n`,
    end: `[${id},"end"]\n[${id},"close"]\n`,
  }
}
