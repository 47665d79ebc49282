import {
  type CallInput,
  type Catalog,
  invalidArgument,
  type Parameter,
  type SharedMethod,
} from '../../core/spi.ts'
import type { JsonRpcRequest } from './message.ts'

/** A method to call, and the loader of its instance where it needs one. */
export interface Target {
  readonly method: SharedMethod
  readonly ctor: SharedMethod | undefined
}

/**
 * Finds a method by the key a client gives: `find`, `prototype.rename` or just `rename` below a class, `Book.find` below
 * none. Source: remoting J-1.
 */
export function findTarget(
  catalog: Catalog,
  className: string | undefined,
  key: string,
): Target | undefined {
  if (key.length > maxNameLength) return undefined
  const method =
    className === undefined
      ? catalog.find(key)
      : (catalog.find(`${className}.${key}`) ?? catalog.find(`${className}.prototype.${key}`))
  if (method === undefined) return undefined
  if (method.isStatic) return { method, ctor: undefined }
  const owner = catalog.classes.find((shared) => shared.name === method.className)
  return { method, ctor: owner?.sharedCtor }
}

/** Characters of a key; looking up a name costs the square of its dots. */
const maxNameLength = 512

/** The raw arguments of a call. */
export interface Inputs {
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
}

/**
 * Places params by position or by name. The instance id of a prototype method comes first, or is named `id`.
 *
 * **Errors**: `INVALID_ARGUMENT` for more params than the method takes. Source: remoting J-1, J-2, J-8.
 */
export function inputsOf({ method, ctor }: Target, params: JsonRpcRequest['params']): Inputs {
  return isList(params)
    ? inputsByPosition(method, ctor, params)
    : inputsByName(method, ctor, params ?? {})
}

function isList(params: JsonRpcRequest['params']): params is readonly unknown[] {
  return Array.isArray(params)
}

function inputsByPosition(
  method: SharedMethod,
  ctor: SharedMethod | undefined,
  params: readonly unknown[],
): Inputs {
  const ids = ctor === undefined || ctor.parameters.length === 0 ? 0 : 1
  const most = ids + method.parameters.length
  if (params.length > most) {
    throw invalidArgument(`${method.fullName} takes at most ${most} params, got ${params.length}`, {
      arg: null,
      source: 'params',
      expected: `at most ${most}`,
    })
  }
  return {
    input: typed(params.slice(ids)),
    ctorInput: ctor === undefined ? undefined : typed(params.slice(0, ids)),
  }
}

function inputsByName(
  method: SharedMethod,
  ctor: SharedMethod | undefined,
  params: Readonly<Record<string, unknown>>,
): Inputs {
  const own = (name: string) => (Object.hasOwn(params, name) ? params[name] : undefined)
  const read = ({ name }: Parameter) => own(name)
  const readForCtor = ({ name, index }: Parameter) =>
    index === 0 ? (own(name) ?? own('id')) : own(name)
  return {
    input: typed(method.parameters.map(read)),
    ctorInput: ctor === undefined ? undefined : typed(ctor.parameters.map(readForCtor)),
  }
}

/** JSON values keep their types. */
function typed(values: readonly unknown[]): CallInput {
  return { values, typed: true }
}
