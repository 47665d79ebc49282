import { type CallInput, findReservedKey, type Parameter } from '../../core/spi.ts'
import type { HttpExchange } from '../http/exchange.ts'
import { readHeader } from '../http/request-headers.ts'

/** What arguments are read from: the request, and whether its body is JSON. */
export interface InputSource {
  readonly exchange: HttpExchange
  /** The body came as JSON: values taken from it keep their types. Source: remoting A-10. */
  readonly isJson: boolean
}

/** Reads the raw arguments of one method. */
export type InputReader = (source: InputSource) => CallInput

/** **Errors**: none; conversion is the core's. */
type Reader = (exchange: HttpExchange) => unknown

/** How an argument may be read. */
export interface ReaderOptions {
  /** An argument without a source may come from the header of its name. Source: remoting A-12. */
  readonly implicitHeaders: boolean
  /** Names of the route's path parameters. */
  readonly pathNames: ReadonlySet<string>
  /** Arguments without a source may come from the object in the parameter `args`. Source: remoting CF-29. */
  readonly argsParameter: boolean
}

/**
 * Compiles the reader of a method's arguments: where each value stands is decided here, once. Values the core computes
 * (options, request, functions) stay undefined. Source: remoting 1.4.
 */
export function compileInput(
  parameters: readonly Parameter[],
  options: ReaderOptions,
): InputReader {
  if (parameters.length === 0) return () => noInput
  const readers = parameters.map((parameter) => compileReader(parameter, options))
  const typing = parameters.map((parameter) => isTypedInJson(parameter))
  const typedByName = parameters.flatMap((parameter) =>
    typing[parameter.index] === 'compare' ? [parameter] : [],
  )
  const fixed = typing.map((mode) => mode === true)
  return (source) => {
    const { exchange } = source
    const values: unknown[] = new Array(readers.length)
    for (let i = 0; i < readers.length; i++) values[i] = (readers[i] as Reader)(exchange) // i is in range
    if (options.argsParameter) fillFromArgs(exchange, parameters, values)
    if (!source.isJson) return { values, typed: false }
    if (typedByName.length === 0) return { values, typed: fixed }
    const typed = [...fixed]
    for (const { index, name } of typedByName)
      typed[index] = values[index] === bodyField(exchange, name)
    return { values, typed }
  }
}

const noInput: CallInput = Object.freeze({ values: Object.freeze([]), typed: true })

/** `compare`: typed when the value is the body's own. Source: remoting A-1. */
function isTypedInJson(parameter: Parameter): boolean | 'compare' {
  switch (parameter.source) {
    case 'auto':
      return 'compare'
    case 'query':
    case 'path':
    case 'header':
      return false
    default:
      return true
  }
}

function compileReader(parameter: Parameter, options: ReaderOptions): Reader {
  const { name } = parameter
  switch (parameter.source) {
    case 'auto':
      return compileImplicit(name, options)
    case 'body':
      return (exchange) => exchange.body
    case 'form':
      return (exchange) => bodyField(exchange, name)
    case 'query':
      return queryReader(name)
    case 'path':
      return (exchange) => pathValue(exchange, name)
    case 'header':
      return headerReader(name)
    default:
      return () => undefined
  }
}

/** First defined of path, body, query, header. */
function compileImplicit(name: string, options: ReaderOptions): Reader {
  if (options.pathNames.has(name)) return (exchange) => pathValue(exchange, name)
  const fromQuery = queryReader(name)
  const fromHeader = options.implicitHeaders ? headerReader(name) : () => undefined
  return (exchange) => bodyField(exchange, name) ?? fromNull(exchange, name, fromQuery, fromHeader)
}

/** JSON `null` in the body is a value: it does not fall through. */
function fromNull(
  exchange: HttpExchange,
  name: string,
  fromQuery: Reader,
  fromHeader: Reader,
): unknown {
  if (bodyField(exchange, name) === null) return null
  const value = fromQuery(exchange)
  return value === undefined ? fromHeader(exchange) : value
}

/** Gives arguments nobody named what the parameter `args` holds. Source: remoting CF-29. */
function fillFromArgs(
  exchange: HttpExchange,
  parameters: readonly Parameter[],
  values: unknown[],
): void {
  const given = readArgs(exchange)
  for (const { index, name, source } of parameters) {
    if (source !== 'auto' || values[index] !== undefined || !Object.hasOwn(given, name)) continue
    values[index] = given[name]
  }
}

/** Text that is no JSON object, or holds a reserved key, supplies nothing. */
function readArgs(exchange: HttpExchange): Readonly<Record<string, unknown>> {
  const text = bodyField(exchange, 'args') ?? exchange.query['args']
  if (typeof text !== 'string') return {}
  try {
    const parsed: unknown = JSON.parse(text)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    if (!isObject || findReservedKey(parsed) !== undefined) return {}
    return parsed as Readonly<Record<string, unknown>> // checked
  } catch {
    return {}
  }
}

function pathValue(exchange: HttpExchange, name: string): string | undefined {
  return Object.hasOwn(exchange.params, name) ? exchange.params[name] : undefined
}

/** A field of the body; a body that is no object has none. Source: remoting Q-9. */
export function bodyField(exchange: HttpExchange, name: string): unknown {
  const { body } = exchange
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return (body as Readonly<Record<string, unknown>>)[name] // own member
}

function queryReader(name: string): Reader {
  return (exchange) => {
    if (exchange.pathEnd >= exchange.url.length) return undefined
    const { query } = exchange
    return Object.hasOwn(query, name) ? query[name] : undefined
  }
}

function headerReader(name: string): Reader {
  const lower = name.toLowerCase()
  const second = lower === 'referrer' ? 'referer' : lower === 'referer' ? 'referrer' : undefined
  return ({ raw }) =>
    readHeader(raw, lower) ?? (second === undefined ? undefined : readHeader(raw, second))
}

/** Reads one argument as an argument without a source would be read. Source: remoting K-1. */
export function readArgument(exchange: HttpExchange, name: string): unknown {
  const pathNames = new Set(Object.keys(exchange.params))
  return compileImplicit(name, { implicitHeaders: true, pathNames, argsParameter: false })(exchange)
}
