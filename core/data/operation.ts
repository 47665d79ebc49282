import { invalidArgument, remoteError } from '../error/remote-error.ts'
import type { HookContextBase } from '../model/hook.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type {
  Connector,
  ConnectorOptions,
  ConnectorTransaction,
  FindOptions,
  UpdateOptions,
} from './connector.ts'
import type { ModelRuntime } from './model-runtime.ts'
import type { OperationOptions } from './repository-types.ts'
import { beginTransaction, DataTransaction } from './transaction.ts'

/** One call of a repository while it runs. */
export interface Operation {
  readonly runtime: ModelRuntime
  readonly connector: Connector
  readonly connectorOptions: ConnectorOptions
  readonly transaction: DataTransaction | undefined
  /** The caller's object, unchanged; made when a hook wants to see one. Source: data D-0-4. */
  options: OperationOptions | undefined
  /** Made when the first hook runs. Source: data D-5.1-3. */
  hookState: Record<string, unknown> | undefined
}

/**
 * What travels with the connector calls of one operation. The signal is read from the caller's options only when the
 * connector asks for it, because a transport makes it on first access.
 */
class ConnectorCall implements FindOptions, UpdateOptions {
  readonly options: OperationOptions
  readonly transaction: ConnectorTransaction | undefined
  readonly limitPer: readonly string[] | undefined
  readonly replace: boolean | undefined

  constructor(
    options: OperationOptions,
    transaction: ConnectorTransaction | undefined,
    limitPer?: readonly string[],
    replace?: boolean,
  ) {
    this.options = options
    this.transaction = transaction
    this.limitPer = limitPer
    this.replace = replace
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal
  }
}

const noOptions = new ConnectorCall(Object.freeze({}), undefined)

/** The options of a find with limit and skip per group. */
export function perGroup(operation: Operation, names: readonly string[]): FindOptions {
  const { options, transaction } = operation.connectorOptions
  return new ConnectorCall(options, transaction, names)
}

/** The options of an update that replaces whole rows. */
export function replacing(operation: Operation): UpdateOptions {
  const { options, transaction } = operation.connectorOptions
  return new ConnectorCall(options, transaction, undefined, true)
}

/** Begins an operation. **Errors**: `AbortError`, 400 for options that are no object. Source: data D-0-3, D-0-8. */
export function beginOperation(
  runtime: ModelRuntime,
  options: OperationOptions | undefined,
): Operation {
  const { source } = runtime
  const ambient = runtime.layer.ambient.current(source)
  if (options === undefined || options === null) {
    return {
      runtime,
      connector: source.connector,
      connectorOptions:
        ambient === undefined ? noOptions : new ConnectorCall(noOptions.options, ambient.inner),
      transaction: ambient,
      options: undefined,
      hookState: undefined,
    }
  }
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw invalidArgument(`options must be an object, got ${typeof options}`)
  }
  if (Object.hasOwn(options, 'signal')) options.signal?.throwIfAborted()
  const transaction = transactionOf(runtime, options, ambient)
  return {
    runtime,
    connector: source.connector,
    connectorOptions: new ConnectorCall(options, transaction?.inner),
    transaction,
    options,
    hookState: undefined,
  }
}

/** Begins the same call on another model: an include, a relation, a validator. Source: data D-3.4b-12. */
export function beginNested(operation: Operation, runtime: ModelRuntime): Operation {
  const nested = beginOperation(runtime, operation.options)
  return nested.transaction === undefined && operation.runtime.source === runtime.source
    ? {
        ...nested,
        transaction: operation.transaction,
        connectorOptions: operation.connectorOptions,
      }
    : nested
}

/** An explicit transaction wins, `null` escapes, else that of the running code. Source: data D-7-3. */
function transactionOf(
  runtime: ModelRuntime,
  options: OperationOptions,
  ambient: DataTransaction | undefined,
): DataTransaction | undefined {
  const given: unknown = options.transaction
  if (given === undefined) return ambient
  if (given === null) return undefined
  if (!(given instanceof DataTransaction)) {
    throw invalidArgument('options.transaction is not a transaction of this application')
  }
  return given.source === runtime.source ? given : ambient
}

/** A setting of the call, of the model, or of the data source; the first that is not undefined. Source: data D-0-5. */
export function settingOf(operation: Operation, key: string): unknown {
  const { runtime, options } = operation
  return options?.[key] ?? runtime.model.settings[key] ?? runtime.source.settings[key]
}

/** Hooks that `notify: false` suppresses are to run. Source: data D-5.1-4. */
export function notifies(operation: Operation): boolean {
  return operation.options?.notify !== false
}

/** The members every hook context begins with; one hook state per operation. Source: data D-5.1-3. */
export function contextBase(operation: Operation): HookContextBase {
  operation.hookState ??= {}
  operation.options ??= {}
  const { runtime } = operation
  return {
    model: runtime.model,
    models: runtime.layer.repositories,
    hookState: operation.hookState,
    options: operation.options,
  }
}

/** **Errors**: 400 `INVALID_ARGUMENT` for anything but a plain object. Source: data D-0-3, D-2.3-18. */
export function requireObject(value: unknown, name: string): Record<string, unknown> {
  if (isPlainObject(value)) return value
  throw invalidArgument(
    `${name} must be an object, got ${Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value}`,
  )
}

/**
 * Runs work that must not be interrupted by others in the transaction of the operation, or in one of its own.
 *
 * **Errors**: 501 `NOT_IMPLEMENTED` when the connector has no transactions. Source: data D-2.6-1.
 */
export async function inTransaction<T>(
  operation: Operation,
  feature: string,
  work: (operation: Operation) => Promise<T>,
): Promise<T> {
  if (operation.transaction !== undefined) return work(operation)
  const { runtime, connector } = operation
  if (!connector.supports.transactions || connector.begin === undefined) {
    throw remoteError(
      'NOT_IMPLEMENTED',
      `${runtime.model.name}: the ${connector.name} connector has neither ${feature} nor transactions`,
    )
  }
  const transaction = await beginTransaction(runtime.source, { isolation: 'SERIALIZABLE' })
  return runtime.layer.ambient.run(transaction, operation.options?.signal, () => {
    const inside: Operation = {
      ...operation,
      transaction,
      connectorOptions: new ConnectorCall(operation.connectorOptions.options, transaction.inner),
    }
    return work(inside)
  })
}
