import type { OutgoingCall } from './channel.ts'
import { encodeJson } from './decode-value.ts'
import type {
  ApiDescription,
  ArgumentPlace,
  ClassDescription,
  MethodDescription,
} from './description.ts'
import { RemoteError } from './remote-error.ts'

/** A call as one HTTP request. */
export interface RestRequest {
  readonly method: MethodDescription
  readonly url: string
  readonly verb: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | FormData | undefined
}

/** What is sent as an argument of type `file`. A stream is read to its end before the request is sent. */
export type FileInput = FileSource | NamedFile

/** Where the bytes of a file come from. */
export type FileSource = Blob | Uint8Array | ReadableStream<Uint8Array>

/** A file with the name and type the server sees. */
export interface NamedFile {
  readonly content: FileSource
  readonly filename?: string
  readonly contentType?: string
}

/** Finds the description of a full name. **Errors**: `METHOD_NOT_FOUND`. */
export function findMethod(
  api: ApiDescription,
  fullName: string,
): { readonly shared: ClassDescription; readonly method: MethodDescription } {
  const dot = fullName.indexOf('.')
  const shared = own(api.classes, fullName.slice(0, dot))
  const method = shared && own(shared.methods, fullName.slice(dot + 1))
  if (shared === undefined || method === undefined) {
    throw new RemoteError(`there is no method ${fullName}`, {
      statusCode: 404,
      code: 'METHOD_NOT_FOUND',
    })
  }
  return { shared, method }
}

/** A member of a record that is its own, not one of every object. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/**
 * Places the arguments of a call. Nothing of it is changed. **Errors**: `METHOD_NOT_FOUND`, and `INVALID_ARGUMENT` for a
 * missing or unusable value. **Source**: remoting CL-3 … CL-9.
 */
export async function requestOf(
  base: string,
  api: ApiDescription,
  call: OutgoingCall,
): Promise<RestRequest> {
  const { shared, method } = findMethod(api, call.method)
  const isInstance = call.method.includes('.prototype.')
  const path = joinPaths(shared.path, isInstance ? (shared.instancePath ?? '') : '', method.path)
  const placed = placeArguments(method, call)
  const body = await bodyOf(placed)
  const query = placed.query.toString()
  return {
    method,
    url: `${base}${fillPath(path, { ...call.ctorArgs, ...placed.path })}${query && `?${query}`}`,
    verb: method.verb.toUpperCase(),
    headers: {
      ...placed.headers,
      ...call.metadata,
      accept: method.streams ? 'text/event-stream' : method.file ? '*/*' : 'application/json',
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    body,
  }
}

interface Placed {
  readonly path: Record<string, unknown>
  readonly query: URLSearchParams
  readonly headers: Record<string, string>
  readonly fields: [name: string, value: unknown][]
  readonly files: [name: string, value: unknown][]
  whole: { readonly value: unknown } | undefined
}

function placeArguments(method: MethodDescription, call: OutgoingCall): Placed {
  const placed: Placed = {
    path: {},
    query: new URLSearchParams(),
    headers: {},
    fields: [],
    files: [],
    whole: undefined,
  }
  for (const [name, value] of Object.entries(call.args)) {
    const place = method.args && own(method.args, name)
    if (place !== undefined && value !== undefined) putArgument(placed, place, name, value)
  }
  return placed
}

function putArgument(placed: Placed, place: ArgumentPlace, name: string, value: unknown): void {
  switch (place) {
    case 'path':
      placed.path[name] = value
      return
    case 'query':
      placed.query.append(name, textOf(name, value))
      return
    case 'header':
      placed.headers[name.toLowerCase()] = textOf(name, value)
      return
    case 'body':
      placed.whole = { value }
      return
    case 'field':
      placed.fields.push([name, value])
      return
    case 'file':
      for (const one of Array.isArray(value) ? value : [value]) placed.files.push([name, one])
  }
}

/** Text of a value outside a JSON body; objects and lists are JSON. Source: remoting CL-6. */
function textOf(name: string, value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object' && value !== null) return encodeJson(value) ?? ''
  if (typeof value === 'function' || typeof value === 'symbol') throw unusable(name, value)
  return String(value)
}

/**
 * Composite keys are joined by commas. **Errors**: a value is missing, or is `.` or `..`, which a URL cannot carry as a
 * value. Source: remoting CL-7.
 */
function fillPath(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = own(values, name)
    if (value === undefined || value === null || value === '' || value === '.' || value === '..') {
      throw unusable(name, value)
    }
    if (value instanceof Date || typeof value !== 'object') {
      return encodeURIComponent(textOf(name, value))
    }
    const parts = Object.values(value).map((part) => encodeURIComponent(textOf(name, part)))
    return parts.join(',')
  })
}

function unusable(name: string, value: unknown): RemoteError {
  const isMissing = value === undefined || value === null || value === ''
  const problem = isMissing ? 'is missing' : `cannot be sent: it is a ${typeof value}`
  return new RemoteError(`the argument ${name} ${problem}`, {
    statusCode: 400,
    code: 'INVALID_ARGUMENT',
    details: { arg: name },
  })
}

function joinPaths(...paths: readonly string[]): string {
  return paths.filter((path) => path !== '' && path !== '/').join('')
}

async function bodyOf({ files, fields, whole }: Placed): Promise<string | FormData | undefined> {
  if (files.length > 0) {
    // loaded by the first upload: many programs have none
    return (await import('./rest-form.ts')).formOf(fields, files, textOf, unusable)
  }
  if (whole !== undefined) return encodeJson(whole.value)
  return fields.length === 0 ? undefined : encodeJson(Object.fromEntries(fields))
}
