import type { Row } from '../model/model.ts'
import type { Query } from '../query/query.ts'
import { includeRelations, keysForIncludes, stripKeys } from './include.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, notifies, type Operation } from './operation.ts'
import { finishLoading, observeLoaded, parseScoped, prepare, readRows, withFields } from './read.ts'
import type { OperationOptions } from './repository-types.ts'

/** Rows one by one; includes are loaded for a hundred rows at a time. Source: data D-12-12. */
export async function* findStream(
  runtime: ModelRuntime,
  filter: unknown,
  options: OperationOptions | undefined,
): AsyncGenerator<Row, void, undefined> {
  const operation = beginOperation(runtime, options)
  const query = await prepare(operation, parseScoped(operation, filter))
  const extra = keysForIncludes(runtime, query)
  const { connector, connectorOptions } = operation
  let batch: Row[] = []
  for await (const row of connector.find(
    runtime.model,
    withFields(query, extra),
    connectorOptions,
  )) {
    batch.push(row)
    if (query.include.length > 0 && batch.length < 100) continue
    yield* await finishBatch(operation, query, batch, extra)
    batch = []
  }
  yield* await finishBatch(operation, query, batch, extra)
}

async function finishBatch(
  operation: Operation,
  query: Query,
  batch: Row[],
  extra: readonly string[],
): Promise<Row[]> {
  finishLoading(operation.runtime, batch, query.fields !== undefined)
  const isObserved = operation.runtime.hooks.loaded !== undefined && notifies(operation)
  const rows = isObserved ? await observeLoaded(operation, batch) : batch
  if (query.include.length > 0) await includeRelations(operation, rows, query.include, readRows)
  return stripKeys(rows, extra)
}
