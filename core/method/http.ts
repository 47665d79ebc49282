import type { IncomingMessage, ServerResponse } from 'node:http'

/** The request half of an HTTP call, offered to hooks and methods. Absent on other transports. Source: remoting K-2. */
export interface HttpRequest {
  readonly raw: IncomingMessage
  readonly method: string
  /** Path and query as sent, mount point included. */
  readonly originalUrl: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed query string, nested. */
  readonly query: Readonly<Record<string, unknown>>
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>
  /** Parsed body; `{}` when there was none. */
  readonly body: unknown
  /** Address of the client; what trusted proxies say counts. */
  readonly ip: string
  /** `http` or `https`, as the client spoke it. */
  readonly protocol: string
  /** Host and port the client asked for, e.g. `shop.example:8443`; '' when it named none. */
  readonly host: string
  /** Set by token middleware. Source: remoting X-9. */
  accessToken?: unknown
  /** The context of the call this request carries. Source: remoting K-2. */
  readonly remotingContext?: unknown
  /** Header, case-insensitive; '' when absent. */
  get(name: string): string
  /** The content type matches one of the types; the match or false. */
  is(...types: readonly string[]): string | false
  /** The best of the types the client accepts, or false. */
  accepts(...types: readonly string[]): string | false
}

/** The response half of an HTTP call. A method may finish the response itself; nothing is written after it. Source: remoting B-11, K-2. */
export interface HttpResponse {
  readonly raw: ServerResponse
  readonly headersSent: boolean
  statusCode: number
  status(code: number): HttpResponse
  get(name: string): string | number | string[] | undefined
  set(name: string, value: string | readonly string[]): HttpResponse
  header(name: string, value: string | readonly string[]): HttpResponse
  send(body?: string | Uint8Array | object): void
  json(body: unknown): void
  /** 302 by default. */
  redirect(url: string, status?: number): void
  end(chunk?: string | Uint8Array): void
}
