import { setMaxListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Listener, Transport, TransportEnvironment } from '../../core/spi.ts'
import type { CodecFactory } from '../codec/codec.ts'
import { HttpHost } from '../http/host.ts'
import { httpHostKey } from '../http/key.ts'
import * as closeCodes from '../session/close-codes.ts'
import type { SessionHost } from '../session/session-host.ts'
import { createSessionHost, readSessionLimits } from '../session/session-options.ts'
import { createSubProtocols, type SubProtocols, subProtocolsKey } from '../session/sub-protocols.ts'
import { acceptSubProtocol } from './sub-protocol-connection.ts'
import {
  readWebsocketOptions,
  type WebsocketConfiguration,
  type WebsocketOptions,
} from './websocket-options.ts'
import { pipeFromWebSocket } from './websocket-pipe.ts'

/** Calls over WebSocket. */
export interface WebsocketTransport extends Transport {
  /** Sessions, connected or waiting for their client. */
  readonly sessions: number
  /** Breaks every connection, as a failing network would: clients that resume go on. For tests and operators. */
  dropConnections(): void
}

/**
 * Creates the WebSocket transport; it shares the port of the application's HTTP server.
 *
 *     createApp({ models }).install(rest(), websocket({ allowedOrigins: ['https://shop.example'] }))
 *
 * Source: remoting 6.2; the protocol is described in `docs/protocol.md`.
 */
export function websocket(options: WebsocketOptions = {}): WebsocketTransport {
  const configuration = readWebsocketOptions(options)
  let host: SessionHost | undefined
  return {
    kind: 'transport',
    name: 'websocket',
    supports: Object.freeze({
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    }),
    get sessions() {
      return host?.size ?? 0
    },
    dropConnections: () => host?.dropConnections(),
    async listen(environment) {
      host = createSessionHost('websocket', options, environment)
      return listen(configuration, options, host, environment)
    },
  }
}

function listen(
  configuration: WebsocketConfiguration,
  options: WebsocketOptions,
  sessions: SessionHost,
  environment: TransportEnvironment,
): Listener {
  const http = environment.shared(httpHostKey, () => new HttpHost(environment))
  const subProtocols = environment.shared(subProtocolsKey, createSubProtocols)
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: configuration.perMessageDeflate,
    maxPayload: readSessionLimits(options.limits).maxMessageBytes,
    handleProtocols: (offered) => choose(configuration.codecs, subProtocols, offered) ?? false,
  })
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // one of each foreign connection
  http.onUpgrade((request, socket, head) => {
    if (pathOf(request) !== configuration.path) return false
    if (!mayConnect(configuration, request, environment.log)) refuse(socket)
    else {
      server.handleUpgrade(request, socket, head, (opened) =>
        greet(opened, request, configuration, subProtocols, sessions, closing.signal),
      )
    }
    return true
  })
  environment.onReady(() => http.open())
  return {
    get addresses() {
      return http.origins.map((origin) => `${origin.replace(/^http/, 'ws')}${configuration.path}`)
    },
    async close(signal) {
      const drained = sessions.close(signal)
      closing.abort()
      server.close()
      await drained
      await http.close(signal)
    },
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** Pages name their origin; a program that does not is no page. Source: RFC 6455 10.2. */
function mayConnect(
  { mayConnect: check }: WebsocketConfiguration,
  request: IncomingMessage,
  log: TransportEnvironment['log'],
): boolean {
  const { origin } = request.headers
  if (origin === undefined) return true
  try {
    return check(origin, request)
  } catch (error) {
    log(error, 'websocket({ allowedOrigins }) failed')
    return false
  }
}

function refuse(socket: Duplex): void {
  socket.on('error', () => {}) // node has taken its own listener off
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}

const prefix = 'viaduct.v1.'

/** The client's first wish that can be granted. */
function choose(
  codecs: readonly CodecFactory[],
  subProtocols: SubProtocols,
  offered: ReadonlySet<string>,
): string | undefined {
  for (const name of offered) {
    if (codecs.some((codec) => prefix + codec.name === name)) return name
    if (subProtocols.find(name) !== undefined) return name
  }
  return undefined
}

function greet(
  socket: WebSocket,
  request: IncomingMessage,
  { codecs }: WebsocketConfiguration,
  subProtocols: SubProtocols,
  sessions: SessionHost,
  closing: AbortSignal,
): void {
  const { protocol } = socket
  const foreign = subProtocols.find(protocol)
  if (foreign !== undefined) {
    acceptSubProtocol(foreign, socket, request.headers, closing)
    return
  }
  const hasAsked = request.headers['sec-websocket-protocol'] !== undefined
  const codec = codecs.find(({ name }) => prefix + name === protocol) ?? codecs[0]
  if (codec === undefined || (hasAsked && protocol === '')) {
    socket.on('error', () => {})
    socket.close(closeCodes.unsupportedVersion, 'no known sub-protocol')
    return
  }
  void sessions.accept(pipeFromWebSocket(socket, codec.isText), {
    codecs: [codec],
    metadata: request.headers,
  })
}
