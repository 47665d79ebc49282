import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exchange, type RawRequest } from '../support/http-exchange.ts'
import { Normaliser } from './normalise.ts'

/** Where the recordings lie. */
export const vectorFolder = join(import.meta.dirname, '../vectors/loopback3')

/** One request of a conversation, with `{{name}}` where an earlier answer's value goes. */
export interface Step {
  readonly name: string
  readonly method: string
  readonly path: string
  /** Text as it is, or an object whose values go as JSON text. */
  readonly query?: string | Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string | null>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, with the JSON content type. */
  readonly raw?: string
  /** Sent as it is, urlencoded. */
  readonly form?: string
  /** A JSON object with one text of so many bytes. */
  readonly bigBody?: { readonly key: string; readonly bytes: number }
  /** Name of the variable that holds the caller's token. */
  readonly auth?: string
  /** Variable → dotted path in the body, or `header:<name>`. */
  readonly save?: Readonly<Record<string, string>>
  /** How much of the answer counts. @default status, headers and the whole body */
  readonly compare?: 'status' | 'error-kind'
}

/** A list of requests that build on each other. */
export interface Conversation {
  readonly name: string
  readonly steps: readonly Step[]
}

/** One answer after normalising; recorded ones have the same shape. */
export interface Answer {
  readonly step: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | boolean>>
  readonly body?: unknown
  readonly saved?: Readonly<Record<string, unknown>>
}

type Variables = Map<string, unknown>

/** Names of every stored conversation. */
export function conversationNames(): string[] {
  return readdirSync(join(vectorFolder, 'conversations'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

/** The requests of a conversation and what LoopBack 3 answered. */
export function loadConversation(name: string): {
  readonly conversation: Conversation
  readonly recorded: readonly Answer[]
} {
  const read = (folder: string): unknown =>
    JSON.parse(readFileSync(join(vectorFolder, folder, `${name}.json`), 'utf8'))
  const conversation = read('conversations') as Conversation // checked-in data
  const { steps } = read('recorded') as { readonly steps: readonly Answer[] } // checked-in data
  return { conversation, recorded: steps }
}

/** Headers that are compared; of the ETag only its presence. */
const comparedHeaders = [
  'content-type',
  'location',
  'allow',
  'www-authenticate',
  'x-warning',
  'x-content-type-options',
] as const

/** Sends every step of a conversation in order and returns the normalised answers. */
export async function playConversation(
  origin: string,
  conversation: Conversation,
): Promise<Answer[]> {
  const variables: Variables = new Map()
  const normaliser = new Normaliser(origin)
  const answers: Answer[] = []
  for (const step of conversation.steps) {
    answers.push(await playStep(origin, step, variables, normaliser))
  }
  return answers
}

async function playStep(
  origin: string,
  step: Step,
  variables: Variables,
  normaliser: Normaliser,
): Promise<Answer> {
  const raw = await exchange(origin, requestFromStep(step, variables))
  const body = readBody(raw.text, raw.headers['content-type'] ?? '', step.method)
  const saved = new Map<string, unknown>()
  for (const [name, place] of Object.entries(step.save ?? {})) {
    const value = place.startsWith('header:')
      ? raw.headers[place.slice('header:'.length)]
      : valueAt(body, place)
    if (value === undefined) continue
    variables.set(name, value)
    if (name !== 'etag') saved.set(name, value)
  }
  const headers: Record<string, string | boolean> = {}
  for (const name of comparedHeaders) {
    const value = raw.headers[name]
    if (value !== undefined) headers[name] = normaliser.text(String(value))
  }
  headers.etag = raw.headers.etag !== undefined
  const normalBody = normaliser.value(body)
  const normalSaved = [...saved].map(([name, value]) => [name, normaliser.value(value)])
  return {
    step: step.name,
    status: raw.status,
    headers,
    ...(normalBody === undefined ? {} : { body: normalBody }),
    ...(normalSaved.length === 0 ? {} : { saved: Object.fromEntries(normalSaved) }),
  }
}

/** A value that is nothing but `{{name}}` keeps its type; inside longer text it goes in as text. */
function fill(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1]
    return whole === undefined ? fillText(value, variables) : variable(whole, variables)
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fill(item, variables)]),
  )
}

function fillText(text: string, variables: Variables): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(variable(name, variables)))
}

function variable(name: string, variables: Variables): unknown {
  return variables.has(name) ? variables.get(name) : `unsaved-${name}`
}

function requestFromStep(step: Step, variables: Variables): RawRequest {
  const [type, body] = bodyFromStep(step, variables)
  const headers = new Map<string, readonly [name: string, value: string]>([
    ['accept', ['Accept', 'application/json']],
    ['connection', ['Connection', 'close']],
  ])
  if (type !== undefined) headers.set('content-type', ['Content-Type', type])
  for (const [name, value] of Object.entries(step.headers ?? {})) {
    if (value === null) headers.delete(name.toLowerCase())
    else headers.set(name.toLowerCase(), [name, fillText(value, variables)])
  }
  if (step.auth !== undefined) {
    headers.set('authorization', ['Authorization', String(variable(step.auth, variables))])
  }
  return {
    method: step.method,
    path: urlFromStep(step, variables),
    headers: Object.fromEntries(headers.values()),
    ...(body === undefined ? {} : { body }),
  }
}

function bodyFromStep(step: Step, variables: Variables): readonly [type?: string, body?: string] {
  const json = 'application/json'
  if (step.form !== undefined) {
    return ['application/x-www-form-urlencoded', fillText(step.form, variables)]
  }
  if (step.raw !== undefined) return [json, fillText(step.raw, variables)]
  if (step.bigBody !== undefined) {
    const { key, bytes } = step.bigBody
    return [json, JSON.stringify({ [key]: 'x'.repeat(bytes) })]
  }
  return step.body === undefined ? [] : [json, JSON.stringify(fill(step.body, variables))]
}

function urlFromStep({ path, query }: Step, variables: Variables): string {
  const url = fillText(path, variables)
  if (query === undefined) return url
  const text =
    typeof query === 'string'
      ? fillText(query, variables)
      : Object.entries(query)
          .map(([name, value]) => queryPair(name, fill(value, variables)))
          .join('&')
  return text === '' ? url : `${url}?${text}`
}

function queryPair(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`
}

/** JSON is parsed, an HTML page counts as "a page", other text is cut at 4,000 characters. */
function readBody(text: string, type: string, method: string): unknown {
  if (text === '' || method === 'HEAD') return undefined
  if (type.includes('json')) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return type.includes('html') ? '<html document>' : text.slice(0, 4000)
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, key) => member(part, key), value)
}

/** Reads a member of anything JSON can hold. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key] // checked by hasOwn
    : undefined
}

/** An answer as one line for a failure. */
export function shortenAnswer({ status, body }: Answer): string {
  const text = JSON.stringify(body) ?? ''
  return `${status} ${text.length > 300 ? `${text.slice(0, 297)}...` : text}`
}
