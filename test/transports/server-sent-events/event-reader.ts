import { type IncomingMessage, request } from 'node:http'

/** One dispatched event. */
export interface ReceivedEvent {
  readonly event: string
  readonly data: string
  /** The last event id at that moment. */
  readonly id: string
}

/** What one connection may carry. */
export interface ConnectOptions {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** One connection to an event stream; the fields as the standard interprets them. */
export interface EventConnection {
  readonly status: number
  readonly contentType: string
  /** The whole answer, where it is no event stream. */
  readonly text: () => Promise<string>
  /** Ends when the server ends the response, or the connection breaks. */
  readonly events: AsyncIterable<ReceivedEvent>
  /** The last id seen; `''` where none is. */
  lastId(): string
  /** Milliseconds the server asked to wait, if it did. */
  retryMs(): number | undefined
  /** Comment lines seen. */
  comments(): number
  readonly incoming: IncomingMessage
  /** Destroys the socket. */
  kill(): void
}

/** Opens a connection of its own. Rejects when there is no answer. */
export function connect(url: string, options: ConnectOptions = {}): Promise<EventConnection> {
  const { method = 'GET', body, headers = {}, signal } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers, agent: false, ...(signal === undefined ? {} : { signal }) },
      (incoming) => resolve(connectionOf(incoming, () => outgoing.destroy())),
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function connectionOf(incoming: IncomingMessage, kill: () => void): EventConnection {
  let lastId = ''
  let retryMs: number | undefined
  let comments = 0
  async function* read(): AsyncGenerator<ReceivedEvent> {
    let event = ''
    let data: string[] = []
    for await (const line of linesOf(incoming)) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id: lastId }
        event = ''
        data = []
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) comments++
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') event = value
      else if (field === 'data') data.push(value)
      else if (field === 'id') lastId = value
      else if (field === 'retry') retryMs = Number(value)
    }
  }
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers['content-type'] ?? '',
    text: async () => {
      let text = ''
      incoming.setEncoding('utf8')
      for await (const chunk of incoming) text += chunk
      return text
    },
    events: read(),
    lastId: () => lastId,
    retryMs: () => retryMs,
    comments: () => comments,
    incoming,
    kill,
  }
}

/** Complete lines; a broken connection ends them quietly, and what came of the last line is dropped. */
async function* linesOf(incoming: IncomingMessage): AsyncGenerator<string> {
  let buffered = ''
  incoming.setEncoding('utf8')
  try {
    for await (const chunk of incoming) {
      const lines = (buffered + String(chunk)).split('\n')
      buffered = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
  }
}
