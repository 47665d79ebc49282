import type { Where } from '../query/query.ts'
import { parseWhere } from '../query/where.ts'
import { observeAccessWhere } from './access.ts'
import { withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, type Operation } from './operation.ts'
import { parseContextOf } from './query-guards.ts'
import { bothOf } from './query-merge.ts'
import { resolveRelated } from './related-where.ts'
import type { OperationOptions } from './repository-types.ts'

/** How many rows match within the default scope. Source: data D-2.1-12, D-5.2-4. */
export async function count(
  runtime: ModelRuntime,
  where: unknown,
  options: OperationOptions | undefined,
  constraint?: Where,
): Promise<number> {
  const operation = beginOperation(runtime, options)
  const parsed = parseWhere(runtime.model, where, parseContextOf(operation, 'read'))
  return countMatches(operation, constraint === undefined ? parsed : bothOf(constraint, parsed))
}

/** Whether the id exists within the default scope. **Errors**: 400 for a blank id. Source: data D-2.1-7. */
export async function exists(
  runtime: ModelRuntime,
  id: unknown,
  options: OperationOptions | undefined,
): Promise<boolean> {
  const operation = beginOperation(runtime, options)
  runtime.identity.require('exists')
  return (await countMatches(operation, runtime.identity.where(id))) > 0
}

async function countMatches(operation: Operation, where: Where): Promise<number> {
  const { runtime, connector, connectorOptions } = operation
  const observed = await observeAccessWhere(operation, withinScope(runtime, where))
  const resolved = await resolveRelated(operation, observed)
  return connector.count(runtime.model, resolved, connectorOptions)
}
