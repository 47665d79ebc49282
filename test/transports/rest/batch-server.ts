import * as assert from 'uvu/assert'
import { z } from 'zod'
import { memory } from '../../../connectors/memory/index.ts'
import {
  createApp,
  defineModel,
  sharedMethods,
  silentLogger,
  streamOf,
} from '../../../core/index.ts'
import type { ProfileName } from '../../../core/spi.ts'
import { type RestOptions, rest } from '../../../transports/rest/index.ts'
import { request } from './rest-harness.ts'

const method = sharedMethods()
const any = { type: 'any' } as const
const root = { arg: 'r', type: 'any', root: true } as const

const Book = defineModel('Book', {
  properties: { title: { type: 'string', required: true }, authorId: 'number', at: 'date' },
})
const Author = defineModel('Author', { properties: { name: 'string' } })

type App = ReturnType<typeof makeApp>

/** What differs between servers. */
export interface Setup {
  readonly profile?: ProfileName
  readonly options?: RestOptions
  readonly remoting?: Readonly<Record<string, unknown>>
  readonly prepare?: (app: App) => void
}

/** A started application. */
export interface Server {
  readonly port: number
  /** What its methods were given, in order. */
  readonly seen: unknown[]
  send(frames: unknown, headers?: Readonly<Record<string, string>>): ReturnType<typeof request>
  /** The replies of a batch that is answered. */
  ask(frames: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown[]>
}

const running = new Set<App>()
/** Ends what a test started: `test.after.each(stopAll)`. */
export async function stopAll(): Promise<void> {
  for (const app of running) await app.stop(AbortSignal.abort())
  running.clear()
}

function makeApp(setup: Setup, seen: unknown[]) {
  return createApp({
    profile: setup.profile ?? 'strict',
    remoting: { errorHandler: { log: false }, ...setup.remoting },
    logger: silentLogger,
    models: { Book, Author },
    dataSources: { db: memory() },
    methods: { Tools: toolsFor(seen) },
  }).install(rest(setup.options))
}

/** Starts an application with two models and a class of tools. */
export async function start(setup: Setup = {}): Promise<Server> {
  const seen: unknown[] = []
  const app = makeApp(setup, seen)
  setup.prepare?.(app)
  running.add(app)
  await app.start({ port: 0 })
  const port = Number(new URL(app.addresses[0] ?? '').port)
  const send: Server['send'] = (frames, headers = {}) =>
    request({ port }, 'POST', '/api/$batch', {
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof frames === 'string' ? frames : JSON.stringify(frames),
    })
  return {
    port,
    seen,
    send,
    async ask(frames, headers) {
      const { status, body } = await send(frames, headers)
      assert.is(status, 200, body)
      return JSON.parse(body)
    },
  }
}

function toolsFor(seen: unknown[]) {
  return {
    echo: method({ accepts: [{ arg: 'value', ...any }], returns: root }, ({ value }) => {
      seen.push(value)
      return value
    }),
    late: method({ accepts: [{ arg: 'value', ...any }], returns: root }, async ({ value }) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return value
    }),
    who: method({ returns: root }, (_, { metadata, accessToken, request, transport }) => ({
      header: metadata['x-name'],
      token: accessToken,
      path: request?.originalUrl,
      transport,
    })),
    wait: method({ returns: root }, (_, { signal }) => {
      seen.push('begins')
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          seen.push('aborted')
          reject(signal.reason)
        })
      })
    }),
    fail: method({ returns: root }, () => {
      throw new Error('a secret')
    }),
    large: method({ returns: root }, () => 'x'.repeat(9 * 1024 * 1024)),
    function: method({ returns: root }, () => () => 1),
    items: method({ returns: streamOf(z.int()) }, async function* () {
      seen.push('streams')
      yield 1
    }),
    file: method({ returns: { arg: 'f', type: 'file', root: true } }, () => {
      seen.push('file')
      return Buffer.from('x')
    }),
  }
}

/** The frame of a call. */
export const call = (id: number, name: string, args?: unknown, options?: unknown) =>
  options === undefined ? [2, id, name, args ?? {}] : [2, id, name, args ?? {}, options]
/** A reference to a result. */
export const ref = (id: number, ...path: string[]) => ({ $: ['ref', id, path] })
/** Calls a method that gives what it gets. */
export const echo = (id: number, value: unknown) => call(id, 'Tools.echo', { value })
