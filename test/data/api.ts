import { createApp, type ModelDefinition, silentLogger } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import type { ModelRepository } from '../../core/data/repository.ts'
import { type RunningServer, startServer } from '../support/servers.ts'

/** The two profiles every rule holds in, unless it names one. */
export const profiles = ['strict', 'loopback3'] as const

/** An answer over HTTP: the status and the parsed body, undefined for an empty one. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A client of a running application. */
export interface Api {
  /** Sends JSON and reads JSON, e.g. `ask('GET', '/Books/1')`. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>
  /** The repository of a model, untyped. */
  rows(model: string): ModelRepository
}

/** How a test's application differs from a `strict` one with a fresh memory store. */
export interface ApiOptions {
  readonly profile?: (typeof profiles)[number]
  readonly models: Readonly<Record<string, ModelDefinition>>
  /** Further options of the application. */
  readonly options?: object
}

/** Serves models over HTTP on a free port while an action runs. */
export async function withApi<T>(setup: ApiOptions, action: (api: Api) => Promise<T>): Promise<T> {
  const app = createApp({
    models: setup.models,
    profile: setup.profile ?? 'strict',
    dataSources: { db: memory() },
    logger: silentLogger,
    ...setup.options,
  }).install(rest({ path: '/api' }))
  const server = await startServer(app)
  try {
    return await action({
      ask: (method, path, body) => ask(server, method, path, body),
      rows: (model) => app.models[model] as unknown as ModelRepository, // models are untyped here
    })
  } finally {
    await server.stop()
  }
}

async function ask(
  { address }: RunningServer,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const answer = await fetch(`${address}${path}`, { method, headers, ...sent })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** A condition or filter as it stands in a query: `?where=%7B…`. */
export function inQuery(name: 'where' | 'filter', value: unknown): string {
  return `?${name}=${encodeURIComponent(JSON.stringify(value))}`
}

/** Status and code of an error answer. */
export function refusal({ status, body }: Answer): readonly [status: number, code: unknown] {
  const error = (body as { readonly error?: { readonly code?: unknown } } | undefined)?.error
  return [status, error?.code]
}
