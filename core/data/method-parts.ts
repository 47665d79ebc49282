import type { MethodSource } from '../method/compile-method.ts'
import type { CallContext } from '../method/context.ts'
import type {
  AccessType,
  ArgumentDefinition,
  HttpRoute,
  ReturnDefinition,
  SharedMethodDefinition,
} from '../method/shared-method.ts'
import type { Model, Row } from '../model/model.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { markFromWire } from './query-guards.ts'
import type { OperationOptions } from './repository-types.ts'

/** Arguments of a call by name, converted. */
export type Arguments = Readonly<Record<string, unknown>>

/** What a handler of this folder gets beside its arguments. */
export type MethodHandler = (args: Arguments, context: CallContext) => unknown

/** The parts of a shared method that differ from one to the next. */
export interface MethodParts {
  readonly name: string
  readonly accepts: readonly ArgumentDefinition[]
  readonly returns?: ReturnDefinition
  readonly http: HttpRoute | readonly HttpRoute[]
  readonly accessType: AccessType
  readonly isStatic: boolean
  readonly description: string
  readonly aliases?: readonly string[]
  readonly shared?: boolean
  /** Full name of a method whose remote hooks run for this one, too. */
  readonly hooksOf?: string
  readonly handler: MethodHandler
}

/** Server-computed options; never read from the caller. Source: framework F-2.61. */
export const optionsArgument: ArgumentDefinition = {
  arg: 'options',
  type: 'object',
  http: 'optionsFromRequest',
  documented: false,
}

/** A filter from path, query, body or header. Source: framework F-2.18. */
export const filterArgument: ArgumentDefinition = {
  arg: 'filter',
  type: 'object',
  description: 'fields, where, include, order, skip and limit, as JSON',
}

/** A where from anywhere. */
export const whereArgument: ArgumentDefinition = {
  arg: 'where',
  type: 'object',
  description: 'which rows, as JSON',
}

/** A where from the query only. */
export const queryWhereArgument: ArgumentDefinition = {
  ...whereArgument,
  http: { source: 'query' },
}

/** Makes a shared method; the computed options come last, unless the method has an argument of that name. */
export function sharedMethod(parts: MethodParts): MethodSource {
  const { name, handler, accepts, ...rest } = parts
  const hasOptions = accepts.some((argument) => argument.arg === 'options')
  const definition: SharedMethodDefinition = {
    ...rest,
    accepts: hasOptions ? accepts : [...accepts, optionsArgument],
  }
  return { name, definition, handler, isDerived: true }
}

/** The whole body as data of a model. */
export function dataArgument(model: Model, allowArray = false): ArgumentDefinition {
  return {
    arg: 'data',
    type: typeNameOf(model),
    http: { source: 'body' },
    description: `${model.name} data`,
    ...(allowArray ? { allowArray } : {}),
  }
}

/** An id in the path. LoopBack takes any text there and finds nothing. */
export function idArgument(model: Model, arg = 'id'): ArgumentDefinition {
  const [only] = model.id
  const isNumber = only?.type.kind === 'number' || only?.type.kind === 'integer'
  const isLoose = model.profile.name === 'loopback3' && model.id.length === 1 && isNumber
  return {
    arg,
    type: isLoose ? 'any' : 'id',
    required: true,
    http: { source: 'path' },
    description: `${model.name} id`,
  }
}

/** Public models are types of their own. */
export function typeNameOf(model: Model): string {
  return model.isPublic ? model.name : 'object'
}

/** A row as the whole result. */
export function rowResult(model: Model, arg = 'data'): ReturnDefinition {
  return { arg, type: typeNameOf(model), root: true }
}

/** Rows as the whole result. */
export function rowsResult(model: Model, arg = 'data'): ReturnDefinition {
  return { arg, type: [typeNameOf(model)], root: true }
}

/** `{ count }` as the whole result. */
export const countResult: ReturnDefinition = {
  arg: 'info',
  type: 'object',
  root: true,
  description: 'how many rows',
}

/** The computed options of a call, marked as coming from outside. */
export function wireOptions(args: Arguments): OperationOptions {
  const { options } = args
  const given: object = typeof options === 'object' && options !== null ? options : {}
  return markFromWire(given)
}

/** Answers of a model's rows: what clients may see of them. */
export function presentRows(runtime: ModelRuntime, rows: readonly Row[]): Row[] {
  const { presenter } = runtime
  return rows.map((row) => presenter.present(row))
}

/** The same for one row. */
export function presentRow(runtime: ModelRuntime, row: Row): Row {
  return runtime.presenter.present(row)
}
