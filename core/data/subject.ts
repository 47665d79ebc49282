import { remoteError } from '../error/remote-error.ts'
import type { HttpRoute } from '../method/shared-method.ts'
import type { Model, Row } from '../model/model.ts'
import { type Arguments, type MethodHandler, presentRow } from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import type { ModelRepository } from './repository.ts'

/** A model with its data, as its shared methods see it. */
export interface Subject {
  readonly model: Model
  readonly runtime: () => ModelRuntime
  readonly rows: () => ModelRepository
}

/** PUT means replace unless the model says otherwise. Source: data D-1.1-22. */
export function replacesOnPut(model: Model): boolean {
  return model.settings['replaceOnPUT'] !== false
}

/** One route, or two. */
export function routes(first: HttpRoute, put: HttpRoute | undefined): readonly HttpRoute[] {
  return put === undefined ? [first] : [first, put]
}

/** A handler that answers one row. */
export function answerRow(
  subject: Subject,
  read: (args: Arguments, rows: ModelRepository) => Promise<Row>,
): MethodHandler {
  return async (args) => presentRow(subject.runtime(), await read(args, subject.rows()))
}

/** **Errors**: 400 `WHERE_REQUIRED`. Source: framework F-2.49. */
export function requireWhere(args: Arguments, method: string): unknown {
  const { where } = args
  if (where === undefined || where === null) {
    throw remoteError('WHERE_REQUIRED', `${method} needs a where`)
  }
  return where
}
