import { invalidArgument, remoteError } from '../error/remote-error.ts'
import { matchNone } from '../query/query.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation } from './operation.ts'
import type { AttachedDataSource, OperationOptions } from './repository-types.ts'

/** The data source of a model, as far as applications reach it. */
export function attachedDataSource(runtimeOf: () => ModelRuntime): AttachedDataSource {
  return Object.freeze<AttachedDataSource>({
    get name() {
      return runtimeOf().source.name
    },
    execute: async (command, options) => execute(runtimeOf(), command, options),
    ping: async () => ping(runtimeOf()),
  })
}

/** Hands a native command to the connector, inside the transaction of the running code. Source: data D-7-14. */
async function execute(
  runtime: ModelRuntime,
  command: readonly unknown[],
  options: OperationOptions | undefined,
): Promise<unknown> {
  const { connector, connectorOptions } = beginOperation(runtime, options)
  if (!Array.isArray(command)) {
    throw invalidArgument(
      `execute needs the arguments of a command as a list, got ${typeof command}`,
    )
  }
  if (connector.execute === undefined) {
    throw remoteError(
      'NOT_IMPLEMENTED',
      `data source ${runtime.source.name}: the ${connector.name} connector has no native commands`,
    )
  }
  return connector.execute(command, connectorOptions)
}

/** A round trip: the connector's own, else a count that matches nothing. Source: data D-8.3-2. */
async function ping(runtime: ModelRuntime): Promise<void> {
  const { connector, connectorOptions } = beginOperation(runtime, undefined)
  if (connector.ping === undefined) {
    await connector.count(runtime.model, matchNone, connectorOptions)
  } else await connector.ping()
}
