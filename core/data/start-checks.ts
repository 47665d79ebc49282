import { invalidArgument, type RemoteError } from '../error/remote-error.ts'
import { parseFilter } from '../query/parse-filter.ts'
import type { ModelRuntime } from './model-runtime.ts'

/**
 * Compares what a model needs with what its connector can do, before the first call.
 *
 * **Errors**: 400 naming model, feature and connector. **Source**: data D-9.11-7, D-3.2-19.
 */
export function checkModel(runtime: ModelRuntime): void {
  const { model, source } = runtime
  const { supports } = source.connector
  if (model.id.length > 1 && !supports.compositeIds) {
    throw denied(runtime, 'a composite id', 'declare one id property')
  }
  if (model.strict === 'open' && model.settings['strict'] === false && !supports.openModels) {
    source.warn(
      `${model.name}: the ${source.connector.name} connector stores declared properties only`,
    )
  }
  for (const [name, scope] of model.scopes) {
    if (typeof scope === 'function') continue
    const { options: _options, isStatic: _isStatic, ...filter } = scope
    check(runtime, `scope "${name}"`, () => parseFilter(model, filter, runtime.contexts.trusted))
  }
  for (const plan of runtime.relations.values()) {
    if (!plan.isFollowed || plan.relation.scopeOf !== undefined) continue
    check(runtime, `relation "${plan.relation.name}"`, () => {
      if (runtime.layer.runtimes.has(plan.relation.target)) plan.scope()
    })
  }
}

function check(runtime: ModelRuntime, feature: string, read: () => void): void {
  try {
    read()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw denied(runtime, feature, reason)
  }
}

function denied(runtime: ModelRuntime, feature: string, alternative: string): RemoteError {
  const { model, source } = runtime
  return invalidArgument(
    `${model.name}: ${feature} can not be used with the ${source.connector.name} connector of data source ${source.name}: ${alternative}`,
  )
}
