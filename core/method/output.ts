import { RemoteError } from '../error/remote-error.ts'
import { isSchema, type MethodEnvironment, nameOf } from './parameter.ts'
import type { ReturnDefinition, ReturnsDefinition, ReturnValue } from './shared-method.ts'

/** Stands for a value a completion left out, distinct from `undefined`. Source: remoting R-4. */
export const absent: unique symbol = Symbol('absent')

/** A shaped result: what goes into the body, and what was aimed elsewhere. */
export interface Output {
  readonly value: unknown
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
}

/** Shapes what a method yielded. `rich` transports get dates and buffers as they are. */
export type OutputShaper = (yielded: unknown, rich: boolean) => Output

/** Reads every accepted form of `returns` into a list. */
export function normalizeReturns(
  returns: ReturnsDefinition | undefined,
): readonly ReturnDefinition[] {
  if (returns === undefined || returns === null) return []
  if (isSchema(returns)) return [{ arg: 'result', root: true, type: returns }]
  if (Array.isArray(returns)) return returns
  return [returns as ReturnDefinition] // neither schema nor list
}

/** Compiles the returned values of a method. **Errors**: what remoting and ST-1 refuse at definition time. */
export function compileReturns(
  fullName: string,
  returns: ReturnsDefinition | undefined,
  environment: MethodEnvironment,
): readonly ReturnValue[] {
  const compiled = normalizeReturns(returns).map((definition, index) =>
    compileReturn(fullName, definition, index, environment),
  )
  checkReturns(fullName, compiled)
  return Object.freeze(compiled)
}

function compileReturn(
  fullName: string,
  definition: ReturnDefinition,
  index: number,
  environment: MethodEnvironment,
): ReturnValue {
  const root = definition.root === true
  const name =
    root && definition.arg === undefined && definition.name === undefined
      ? 'result'
      : nameOf(fullName, definition, `returns[${index}]`, environment)
  const target = definition.http?.target
  return Object.freeze({
    name,
    type: environment.types.compile(definition.type, { idType: environment.idType }),
    root,
    target: target === 'status' || target === 'header' ? target : 'body',
    header: target === 'header' ? (definition.http?.header ?? name) : undefined,
    definition,
  })
}

function checkReturns(fullName: string, returns: readonly ReturnValue[]): void {
  const body = returns.filter((value) => value.target === 'body')
  const root = body.find((value) => value.root)
  for (const value of returns) {
    const type = value.definition.type
    if (type === 'file' && !value.root) {
      throw definitionError(fullName, `return "${value.name}" of type file needs root: true`)
    }
    if (type === 'WriteableStream' || type === 'WritableStream' || type === 'DuplexStream') {
      throw definitionError(fullName, `return type ${type} is not supported`)
    }
    if (type === 'ReadableStream' && value.definition.json !== true) {
      throw definitionError(
        fullName,
        `return "${value.name}" of type ReadableStream needs json: true`,
      )
    }
  }
  if (root !== undefined && body.length > 1 && !isObjectType(root)) {
    throw definitionError(
      fullName,
      `a root of type ${root.type.name} can not be merged with named values`,
    )
  }
}

const primitives = new Set(['string', 'number', 'integer', 'boolean', 'date', 'geopoint', 'buffer'])

function isObjectType(value: ReturnValue): boolean {
  return !primitives.has(value.type.name) && !value.type.name.startsWith('[')
}

function definitionError(fullName: string, text: string): RemoteError {
  return new RemoteError(`${fullName}: ${text}`, { code: 'invalid_argument', statusCode: 500 })
}

/** Decides once how the results of a method are shaped. Source: remoting I-6, section 1.6. */
export function compileOutput(
  fullName: string,
  returns: readonly ReturnValue[],
  validates = false,
): OutputShaper {
  if (returns.length === 0) return () => nothing
  const only = returns[0]
  if (returns.length === 1 && only !== undefined && only.target === 'body') {
    return only.root
      ? rootShaper(fullName, only, validates)
      : namedShaper(fullName, only, validates)
  }
  const checks = returns.map((returned) => checkerOf(fullName, returned, validates))
  return (yielded, rich) => shapeMany(fullName, returns, checks, yielded, rich)
}

const nothing: Output = Object.freeze({ value: undefined, status: undefined, headers: undefined })

function rootShaper(fullName: string, only: ReturnValue, validates: boolean): OutputShaper {
  const check = checkerOf(fullName, only, validates)
  return (yielded, rich) => {
    if (yielded === absent) return { value: {}, status: undefined, headers: undefined }
    check(yielded)
    return { value: rich ? yielded : envelope(yielded), status: undefined, headers: undefined }
  }
}

function namedShaper(fullName: string, only: ReturnValue, validates: boolean): OutputShaper {
  const check = checkerOf(fullName, only, validates)
  const name = only.name
  return (yielded, rich) => {
    if (yielded === absent) return { value: {}, status: undefined, headers: undefined }
    check(yielded)
    return {
      value: { [name]: rich ? yielded : envelope(yielded) },
      status: undefined,
      headers: undefined,
    }
  }
}

/** Integers are always checked; every type is with `rest.validateReturns`. Source: remoting. */
function checkerOf(
  fullName: string,
  returned: ReturnValue,
  validates: boolean,
): (value: unknown) => void {
  const { type } = returned
  if (type.name === 'integer' || type.name === '[integer]') {
    return (value) => {
      const values = type.name === 'integer' ? [value] : Array.isArray(value) ? value : [undefined]
      if (!values.every((item) => Number.isSafeInteger(item))) {
        throw mismatch(fullName, returned, 'is not a safe integer')
      }
    }
  }
  if (!validates) return () => {}
  return (value) => {
    const failure = value === undefined ? undefined : type.validate(value)
    if (failure !== undefined) throw mismatch(fullName, returned, `is refused: ${failure.message}`)
  }
}

function mismatch(fullName: string, returned: ReturnValue, text: string): RemoteError {
  return new RemoteError(`${fullName}: return value "${returned.name}" ${text}`, {
    code: 'internal',
  })
}

/** Several returns: mapped by position, or by name from a plain object. Source: remoting I-6, R-5 … R-8. */
function shapeMany(
  fullName: string,
  returns: readonly ReturnValue[],
  checks: readonly ((value: unknown) => void)[],
  yielded: unknown,
  rich: boolean,
): Output {
  const named: [string, unknown][] = []
  let root: { readonly value: unknown } | undefined
  let status: number | undefined
  let headers: Record<string, string> | undefined
  for (const [index, returned] of returns.entries()) {
    const value = pick(yielded, returned, index, returns.length)
    if (value === absent || (value === undefined && returned.target !== 'body')) continue
    checks[index]?.(value)
    if (returned.target === 'status') status = Number(value)
    else if (returned.target === 'header') {
      headers ??= {}
      headers[returned.header ?? returned.name] = headerText(value)
    } else if (returned.root) root = { value: rich ? value : envelope(value) }
    else named.push([returned.name, rich ? value : envelope(value)])
  }
  return { value: mergeRoot(fullName, returns, root, named), status, headers }
}

function pick(yielded: unknown, returned: ReturnValue, index: number, count: number): unknown {
  if (yielded === absent) return absent
  if (count === 1) return yielded
  if (Array.isArray(yielded)) return index < yielded.length ? yielded[index] : absent
  if (typeof yielded === 'object' && yielded !== null) {
    return Object.hasOwn(yielded, returned.name)
      ? (yielded as Readonly<Record<string, unknown>>)[returned.name]
      : absent
  }
  return index === 0 ? yielded : absent
}

function mergeRoot(
  fullName: string,
  returns: readonly ReturnValue[],
  root: { readonly value: unknown } | undefined,
  named: readonly (readonly [string, unknown])[],
): unknown {
  const body = returns.filter((returned) => returned.target === 'body')
  if (root === undefined) {
    if (body.length === 0) return undefined
    return Object.fromEntries(named)
  }
  if (named.length === 0) return root.value
  if (typeof root.value !== 'object' || root.value === null || Array.isArray(root.value)) {
    throw new RemoteError(`${fullName}: named return values need an object as root`, {
      code: 'internal',
    })
  }
  return { ...root.value, ...Object.fromEntries(named) }
}

function headerText(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** Top-level dates and buffers travel in LoopBack's envelope. Source: remoting R-9. */
function envelope(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) {
    return { $type: 'date', $data: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  }
  if (value instanceof Uint8Array) {
    return {
      $type: 'base64',
      $data: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    }
  }
  return value
}
