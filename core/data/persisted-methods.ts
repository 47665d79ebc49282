import type { MethodSource } from '../method/compile-method.ts'
import type { Model } from '../model/model.ts'
import { changeStreamMethod } from './change-stream.ts'
import { instanceNotFound } from './data-error.ts'
import { idArgument, rowResult, sharedMethod, wireOptions } from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { nestedMethods } from './nested-methods.ts'
import { readingMethods } from './reading-methods.ts'
import { relationMethods } from './relation-methods.ts'
import type { ModelRepository } from './repository.ts'
import { scopeMethods } from './scope-methods.ts'
import type { Subject } from './subject.ts'
import { bulkMethods, patchAttributes, writingMethods } from './writing-methods.ts'

/** The part of the data layer shared methods need; read at every call, so models may change. */
export interface MethodSourceLayer {
  runtime(model: string): ModelRuntime
  repository(model: string): ModelRepository
}

/**
 * The shared methods every model with a data source has: create, read, update, delete, those of its relations and
 * scopes. Results are rows ready for clients. Source: data 2.4, framework 2.1, 2.5.
 */
export function methodsOfModel(model: Model, layer: MethodSourceLayer): readonly MethodSource[] {
  if (model.dataSource === undefined || model.base === 'Model') return []
  const subject: Subject = {
    model,
    runtime: () => layer.runtime(model.name),
    rows: () => layer.repository(model.name),
  }
  return [
    ...writingMethods(subject),
    ...readingMethods(subject),
    ...bulkMethods(subject),
    changeStreamMethod(model, subject.runtime),
    ...scopeMethods(model, subject.runtime),
    patchAttributes(subject),
    ...relationMethods(model, subject.runtime),
    ...nestedMethods(model, subject.runtime),
  ]
}

/** Loads the instance of prototype methods. **Errors**: 404 `MODEL_NOT_FOUND`. Source: framework F-2.42, F-2.64. */
export function sharedCtorOfModel(
  model: Model,
  layer: MethodSourceLayer,
): MethodSource | undefined {
  if (model.dataSource === undefined || model.base === 'Model') return undefined
  const source = sharedMethod({
    name: 'sharedCtor',
    accepts: [idArgument(model)],
    returns: rowResult(model),
    http: { path: '/:id' },
    accessType: 'READ',
    isStatic: true,
    description: `Loads a ${model.name}`,
    handler: async (args) => {
      const id = layer.runtime(model.name).identity.fromPath(args['id'])
      const row = await layer.repository(model.name).findById(id, undefined, wireOptions(args))
      if (row === null) throw instanceNotFound(args['id'])
      return row
    },
  })
  return { ...source, isSharedCtor: true }
}
