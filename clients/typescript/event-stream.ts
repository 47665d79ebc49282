import { RemoteError } from './remote-error.ts'

/** How answers are read. */
export interface StreamLimits {
  /** Characters of one event; a longer one ends the stream. */
  readonly maxEventLength: number
}

/**
 * The items of an event stream, decoded by `decode`. Leaving the iteration cancels the body, which closes the
 * connection. **Errors**: what an `error` event says; `UNAVAILABLE` when the body ends before its `end` event.
 * **Source**: remoting ST-3, ST-4, CL-17.
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  decode: (json: string) => unknown,
  limits: StreamLimits,
): AsyncGenerator<unknown, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done)
        throw new RemoteError('the stream was cut off', { statusCode: 503, code: 'UNAVAILABLE' })
      const parts = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/)
      rest = parts.pop() ?? ''
      if (rest.length > limits.maxEventLength) throw invalidStream('an event is too long')
      for (const part of parts) {
        const { event, data } = parseEvent(part)
        if (event === 'end') return
        if (event === 'error') throw RemoteError.from(decode(data))
        if (event === 'data') yield decode(data)
      }
    }
  } finally {
    reader.cancel().catch(() => {}) // the connection may be gone already
  }
}

/** Comments and unknown fields are left out. Source: HTML Living Standard, 9.2.6. */
function parseEvent(text: string): { readonly event: string; readonly data: string } {
  let event = ''
  const data: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const value = line.slice(colon + 1).replace(/^ /, '')
    if (line.startsWith('event:')) event = value
    else if (line.startsWith('data:')) data.push(value)
  }
  return { event, data: data.join('\n') }
}

function invalidStream(message: string): RemoteError {
  return new RemoteError(message, { statusCode: 502, code: 'INVALID_ANSWER' })
}
