import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { member } from './conversation.ts'

const folder = join(import.meta.dirname, '../vectors/coercion-http')

/** One echo method of the recordings: takes `a`, answers what it saw. */
export interface EchoMethod {
  readonly name: string
  readonly verb: string
  readonly path: string
  readonly accepts: readonly [
    {
      readonly arg: 'a'
      readonly type: string | readonly string[]
      readonly required: boolean
      readonly http: { readonly source: string }
    },
  ]
  readonly returns: { readonly arg: string; readonly type: string; readonly root: boolean }
}

/** What is compared of an answer: the result of a success, the bare status of a failure. */
export interface EchoAnswer {
  readonly status: number
  readonly result?: unknown
}

/** One recorded request and LoopBack 3's answer. */
export interface CoercionVector {
  readonly id: string
  readonly type: string | readonly string[]
  /** `query`, `form`, `jsonfield`, `jsonbody`, `path` or `header`. */
  readonly source: string
  readonly required: boolean
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }
  readonly response: EchoAnswer
}

/** The 192 echo methods: 16 types in 6 sources, required and optional. */
export function readEchoMethods(): readonly EchoMethod[] {
  const text = readFileSync(join(folder, 'methods.json'), 'utf8')
  return (JSON.parse(text) as { readonly methods: readonly EchoMethod[] }).methods // checked-in data
}

/** Every recorded request, grouped by `source/type`. */
export function readCoercionVectors(): ReadonlyMap<string, readonly CoercionVector[]> {
  const text = gunzipSync(readFileSync(join(folder, 'vectors.jsonl.gz'))).toString('utf8')
  const groups = new Map<string, CoercionVector[]>()
  for (const line of text.split('\n').filter(Boolean)) {
    const vector = JSON.parse(line) as CoercionVector // checked-in data
    const type = typeof vector.type === 'string' ? vector.type : `[${vector.type[0]}]`
    const key = `${vector.source}/${type}`
    groups.set(key, [...(groups.get(key) ?? []), vector])
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Sends vectors over a few kept-alive connections; {@link EchoClient.close} ends them. */
export class EchoClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 12 })
  readonly #origin: URL
  readonly #prefix: string

  constructor(baseUrl: string) {
    this.#origin = new URL(baseUrl)
    this.#prefix = this.#origin.pathname.replace(/\/$/, '')
  }

  close(): void {
    this.#agent.destroy()
  }

  /** **Errors**: rejects when no answer comes within 15 s. */
  send({ request: vector }: CoercionVector): Promise<EchoAnswer> {
    const { method, path, headers, body } = vector
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          hostname: this.#origin.hostname,
          port: this.#origin.port,
          agent: this.#agent,
          method,
          path: `${this.#prefix}${path}`,
          headers: { accept: 'application/json', ...headers, ...length },
        },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.once('end', () => {
            resolve(readAnswer(incoming.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')))
          })
          incoming.once('error', reject)
        },
      )
      outgoing.setTimeout(15_000, () => outgoing.destroy(new Error('no answer in 15 s')))
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }
}

function readAnswer(status: number, text: string): EchoAnswer {
  if (status < 200 || status >= 300) return { status }
  try {
    return { status, result: text === '' ? undefined : JSON.parse(text) }
  } catch {
    return { status, result: `not JSON: ${text.slice(0, 200)}` }
  }
}

/** Tells whether the method received a member named `__proto__`, which Viaduct refuses or drops. Source: remoting Q-11. */
export function receivesPrototypeKey({ response }: CoercionVector): boolean {
  return JSON.stringify(member(response, 'result') ?? null).includes('["__proto__",')
}
