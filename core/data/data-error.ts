import { invalidArgument, notFound, RemoteError, remoteError } from '../error/remote-error.ts'
import { textOf } from '../model/coerce-scalar.ts'
import type { Model } from '../model/model.ts'

/** A row looked up by id is not there, as REST answers it. Source: data D-2.3-16, framework F-2.40. */
export function unknownId(model: string, id: unknown): RemoteError {
  return notFound('MODEL_NOT_FOUND', `Unknown "${model}" id "${textOfId(id)}".`)
}

/** The instance of a prototype method is not there. Source: framework F-2.42. */
export function instanceNotFound(id: unknown): RemoteError {
  return notFound('MODEL_NOT_FOUND', `could not find a model with id ${textOfId(id)}`)
}

/** A patch or upsert aims at a row that is not there. Source: data D-2.3-2, framework F-2.43. */
export function patchTargetMissing(model: Model, id: unknown): RemoteError {
  return missing(
    model,
    `Could not update attributes. Object with id ${textOfId(id)} does not exist!`,
  )
}

/** A replacement aims at a row that is not there. Source: data D-2.3-3, framework F-2.44. */
export function replaceTargetMissing(model: Model, id: unknown): RemoteError {
  return missing(model, `Could not replace. Object with id ${textOfId(id)} does not exist!`)
}

/** A related row is not there, or belongs to another parent. Source: data D-4.5-3, framework F-2.68. */
export function relatedNotFound(model: Model, id: unknown): RemoteError {
  return missing(model, `No instance with id ${textOfId(id)} found for ${model.name}`)
}

/** Deleting by id deleted nothing under `strictDelete`. Source: data D-2.3-4, framework F-2.51. */
export function deleteTargetMissing(model: string, id: unknown): RemoteError {
  return notFound('NOT_FOUND', `No instance with id ${textOfId(id)} found for ${model}`)
}

/** LoopBack 3 was recorded to send these without a code; `strict` names them `NOT_FOUND`. */
function missing(model: Model, message: string): RemoteError {
  return model.profile.name === 'strict'
    ? notFound('NOT_FOUND', message)
    : new RemoteError(message, { code: 'not_found', statusCode: 404 })
}

/** An operation by id on a model without one. Source: data D-1.4-10. */
export function keyMissing(model: string, operation: string): RemoteError {
  return new RemoteError(`${operation}: model ${model} has no id property`, {
    reason: 'PK_MISSING',
    name: 'PKMissingError',
  })
}

/** An update would change the id. Source: framework F-2.45, F-2.46. */
export function idChange(model: Model, from: unknown, to: unknown, isPatch: boolean): RemoteError {
  const names = model.id.map((property) => property.name).join(',')
  const change = `cannot be updated from ${textOfId(from)} to ${textOfId(to)}`
  const text =
    isPatch && model.forceId
      ? `${names} ${change} when forceId is set to true`
      : `id property (${names}) ${change}`
  return model.profile.name === 'strict'
    ? invalidArgument(text)
    : new RemoteError(text, { code: 'invalid_argument', statusCode: 400 })
}

/** The connector can not do what the call needs, natively or by a transaction. Source: data D-2.6-1, D-2.3-17. */
export function notImplemented(model: string, feature: string, connector: string): RemoteError {
  return remoteError(
    'NOT_IMPLEMENTED',
    `${model}: the ${connector} connector supports neither ${feature} nor transactions`,
  )
}

/** Ids as they stand in messages; the parts of a composite one joined by commas. */
export function textOfId(id: unknown): string {
  if (Array.isArray(id)) return id.map(textOf).join(',')
  if (typeof id === 'object' && id !== null && !(id instanceof Date)) {
    const parts = Object.getPrototypeOf(id) === Object.prototype ? Object.values(id) : [id]
    return parts.map(textOf).join(',')
  }
  return textOf(id)
}
