import type { App } from '../../../core/index.ts'
import type { Transport } from '../../../core/spi.ts'
import type { RestTransport } from '../../../transports/rest/index.ts'
import type { ClientCallOptions, ConformanceClient } from '../../conformance/transport/index.ts'

type Args = Readonly<Record<string, unknown>>

/** A client of the REST transport that calls methods by full name: arguments travel as one JSON body. */
export function restClient(app: App, transport: Transport): ConformanceClient {
  const [base] = app.addresses
  const { allRoutes } = transport as RestTransport // made by rest()

  const request = (name: string, args: Args, options: ClientCallOptions, accept: string) => {
    const route = allRoutes().find(({ method }) => method === name)
    const path = (route?.path ?? `/${name.replace('.', '/')}`).replace(
      /:(\w+)/g,
      (_, key: string) => encodeURIComponent(String(options.ctorArgs?.[key])),
    )
    return fetch(`${base}${path}`, {
      method: (route?.verb ?? 'post').toUpperCase(),
      headers: { 'content-type': 'application/json', accept, ...options.metadata },
      body: JSON.stringify(args),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }

  return {
    async call(name, args, options = {}) {
      const response = await request(name, args, options, 'application/json')
      const text = await response.text()
      const value = text === '' ? undefined : JSON.parse(text)
      if (response.ok) return value
      throw { statusCode: response.status, ...value?.error }
    },
    async *stream(name, args, options = {}) {
      const leave = new AbortController()
      const response = await request(
        name,
        args,
        { ...options, signal: leave.signal },
        'text/event-stream',
      )
      if (!response.ok || response.body === null) {
        const { error } = (await response.json()) as { readonly error: object }
        throw { statusCode: response.status, ...error }
      }
      try {
        for await (const { event, data } of events(response.body)) {
          if (event === 'end') return
          if (event === 'error') throw JSON.parse(data)
          yield JSON.parse(data)
        }
      } finally {
        leave.abort()
      }
    },
    close: async () => {},
  }
}

/** Reads server-sent events. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function* events(body: ReadableStream<Uint8Array>) {
  let buffered = ''
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true })
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      const lines = buffered.slice(0, end).split('\n')
      buffered = buffered.slice(end + 2)
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const data = field('data')
      if (data !== undefined) yield { event: field('event') ?? 'message', data }
    }
  }
}
