import type { App } from '../../../core/index.ts'
import type { Transport } from '../../../core/spi.ts'
import type { RestTransport } from '../../../transports/rest/index.ts'
import type { ClientCallOptions, ConformanceClient } from '../../conformance/transport/index.ts'

type Args = Readonly<Record<string, unknown>>

/** One argument as a route describes it. */
interface Argument {
  readonly arg?: string
  readonly http?: { readonly source?: string }
}

type Route = ReturnType<RestTransport['allRoutes']>[number]

/** By full name, the first route that has a body in its answer. */
function firstRoutes(routes: readonly Route[]): ReadonlyMap<string, Route> {
  const first = new Map<string, Route>()
  for (const route of routes) {
    if (route.verb !== 'head' && !first.has(route.method)) first.set(route.method, route)
  }
  return first
}

/** A request with its arguments put where the route wants them. */
interface Placed {
  readonly verb: string
  readonly url: string
  readonly body: string | undefined
}

/**
 * A client of the REST transport that calls methods by full name. Arguments go into the path, the query or the whole body
 * where the route says so; into the query of GET and DELETE; everything else travels as one JSON body.
 */
export function restClient(app: App, transport: Transport): ConformanceClient {
  const [base] = app.addresses
  const { allRoutes } = transport as RestTransport // made by rest()

  let catalog: unknown
  let routes: ReadonlyMap<string, Route> = new Map()
  const routesNow = () => {
    if (catalog !== app.catalog) {
      catalog = app.catalog
      routes = firstRoutes(allRoutes())
    }
    return routes
  }

  const place = (name: string, args: Args, ctorArgs: Args): Placed => {
    const route = routesNow().get(name)
    const described = (route?.accepts ?? []) as readonly Argument[] // as rest() lists them
    const sourceOf = (key: string) => described.find(({ arg }) => arg === key)?.http?.source
    const verb = route?.verb === undefined || route.verb === 'all' ? 'post' : route.verb
    const hasBody = verb !== 'get' && verb !== 'delete'
    const inPath = new Set<string>()
    const path = (route?.path ?? `/${name.replace('.', '/')}`).replace(
      /:(\w+)/g,
      (_, key: string) => {
        const value = Object.hasOwn(ctorArgs, key) ? ctorArgs[key] : args[key]
        if (!Object.hasOwn(ctorArgs, key)) inPath.add(key)
        return encodeURIComponent(String(value))
      },
    )
    const query = new URLSearchParams()
    let body: unknown = {}
    for (const key of Object.keys(args)) {
      const value = args[key]
      if (inPath.has(key) || value === undefined) continue
      if (sourceOf(key) === 'body') body = value
      else if (!hasBody || sourceOf(key) === 'query') query.set(key, textOf(value))
      // Defined, not assigned: the name may be one of Object.prototype.
      else Object.defineProperty(body, key, { value, enumerable: true, configurable: true })
    }
    const search = query.size === 0 ? '' : `?${query}`
    return {
      verb: verb.toUpperCase(),
      url: `${base}${path}${search}`,
      body: hasBody ? JSON.stringify(body) : undefined,
    }
  }

  const request = (name: string, args: Args, options: ClientCallOptions, accept: string) => {
    const { verb, url, body } = place(name, args, options.ctorArgs ?? {})
    return fetch(url, {
      method: verb,
      headers: {
        accept,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.metadata,
      },
      ...(body === undefined ? {} : { body }),
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
      const abort = () => leave.abort(options.signal?.reason)
      options.signal?.addEventListener('abort', abort, { once: true })
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
        options.signal?.removeEventListener('abort', abort)
        leave.abort()
      }
    },
    close: async () => {},
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
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
