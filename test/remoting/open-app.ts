import { Agent, request as httpRequest } from 'node:http'
import {
  type App,
  type AppOptions,
  createApp,
  type ModelDefinition,
  type SharedMethodValue,
  sharedMethods,
} from 'viaduct'
import { type InProcessTransport, inProcess } from 'viaduct/transports/in-process'
import { type RestOptions, type RestTransport, rest } from 'viaduct/transports/rest'

/** Describes methods with LoopBack's descriptors. */
export const method = sharedMethods()

/** A function with LoopBack's metadata, as a class of an old application has it. */
export const marked = <F extends (...values: never[]) => unknown>(run: F, metadata: object): F =>
  Object.assign(run, { shared: true, ...metadata })

/** A plain object that stands for a class: `from` takes it whatever its members are. */
export const owner = (members: object): object => members

/** What a test says about its application. */
export type TestOptions = AppOptions<
  Readonly<Record<string, ModelDefinition>>,
  Readonly<Record<string, Readonly<Record<string, SharedMethodValue>>>>
>

/** A started application that answers over HTTP and in process. */
export interface OpenApp {
  readonly app: App
  readonly port: number
  readonly rest: RestTransport
  readonly local: InProcessTransport
  /** Lines of the log, `warning: …` and `error: …` in front. */
  readonly lines: string[]
  stop(): Promise<void>
}

const running = new Set<OpenApp>()

/** Stops what a test left running: `test.after.each(stopAll)`. */
export async function stopAll(): Promise<void> {
  for (const opened of running) await opened.stop()
}

/** Starts an application on a free port. `customise` runs before the start. */
export async function openApp(
  options: TestOptions,
  customise: (app: App) => void = () => {},
  restOptions: RestOptions = {},
): Promise<OpenApp> {
  const lines: string[] = []
  const logger = {
    info: (text: string) => void lines.push(text),
    warn: (text: string) => void lines.push(`warning: ${text}`),
    error: (text: string) => void lines.push(`error: ${text}`),
  }
  const transport = rest(restOptions)
  const local = inProcess()
  const app = createApp({ logger, ...options }).install(transport, local) as App
  customise(app)
  await app.start({ port: 0 })
  const address = app.addresses[0]
  const opened: OpenApp = {
    app,
    port: address === undefined ? 0 : Number(new URL(address).port),
    rest: transport,
    local,
    lines,
    async stop() {
      if (running.delete(opened)) await app.stop(AbortSignal.abort())
    },
  }
  running.add(opened)
  return opened
}

/** What a start fails with. */
export async function startFailure(
  options: TestOptions,
  restOptions: RestOptions = {},
): Promise<Error> {
  try {
    const opened = await openApp(options, undefined, restOptions)
    await opened.stop()
  } catch (error) {
    return error as Error // createApp and start throw errors
  }
  throw new Error('the application started')
}

/** What a promise is rejected with. */
export async function rejectionOf(
  promise: Promise<unknown>,
): Promise<Readonly<Record<string, unknown>>> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  )
  if ('value' in outcome) throw new Error(`resolved to ${JSON.stringify(outcome.value)}`)
  return outcome.reason as Readonly<Record<string, unknown>> // read member by member
}

/** Waits until a condition holds, at most two seconds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = Date.now() + 2000
  while (!condition()) {
    if (Date.now() > until) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Sends many requests over few connections and answers their status. */
export class StatusClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 })
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  send(
    verb: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
      const outgoing = httpRequest({
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#port,
        method: verb,
        path,
        headers: { ...headers, ...length },
      })
      outgoing.once('error', reject)
      outgoing.once('response', (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
      })
      outgoing.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
