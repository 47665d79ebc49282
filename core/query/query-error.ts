import { type RemoteError, remoteError } from '../error/remote-error.ts'

/** A filter of the wrong shape. Source: data D-2.3-7. */
export function invalidFilter(path: string, message: string): RemoteError {
  return remoteError('INVALID_FILTER', message, { path })
}

/** A value that cannot be compared with the property. Names the value's type, never the value. Source: data D-2.3-11. */
export function invalidValue(path: string, expected: string, value: unknown): RemoteError {
  const message = `${path}: expected ${expected}, got ${kindOf(value)}`
  return remoteError('INVALID_VALUE', message, { path, expected })
}

/** An operator that does not exist, or does not go with the property's type. Source: data D-3.2-18, framework F-2.39. */
export function invalidOperator(path: string, operator: string, message?: string): RemoteError {
  return remoteError(
    'INVALID_OPERATOR',
    message ?? `${path}: unknown operator "${shorten(operator)}"`,
    {
      path,
      operator: shorten(operator),
    },
  )
}

/** An operator the connector's manifest denies. Source: data D-3.2-19. */
export function unsupportedOperator(path: string, operator: string): RemoteError {
  return remoteError(
    'OPERATOR_NOT_SUPPORTED',
    `${path}: the connector does not support "${shorten(operator)}"`,
    { path, operator: shorten(operator) },
  )
}

/** A property the model does not declare. Source: data D-2.3-13. */
export function unknownProperty(path: string, model: string): RemoteError {
  return remoteError('UNKNOWN_PROPERTY', `${path}: no such property of ${model}`, { path })
}

/** A relation the model does not have. Source: data D-2.3-12. */
export function unknownRelation(relation: string, model: string): RemoteError {
  const name = shorten(relation)
  return remoteError('UNKNOWN_RELATION', `Relation "${name}" is not defined for ${model} model`, {
    relation: name,
    model,
  })
}

/** A condition on a property the caller may not see. Source: data D-1.6-5, framework F-2.60. */
export function hiddenProperty(path: string): RemoteError {
  return remoteError('HIDDEN_PROPERTY_IN_QUERY', `${path}: the property may not be queried`, {
    path,
  })
}

/** A query too large to be run. Source: data D-2.3-10. */
export function tooComplex(message: string, path?: string): RemoteError {
  return remoteError('QUERY_TOO_COMPLEX', message, path === undefined ? undefined : { path })
}

/** A key that would reach a prototype. Source: data D-1.2-18. */
export function reservedKey(path: string): RemoteError {
  return remoteError('RESERVED_KEY', `${path}: the key is reserved`, { path })
}

/** Appends a step to a path: `where` and `price` make `where.price`. */
export function joinPath(base: string, step: string | number): string {
  return base === '' ? shorten(String(step)) : `${base}.${shorten(String(step))}`
}

/** The word an error uses for a value: its type, never its content. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return value instanceof Date ? 'date' : typeof value
}

/** Names from the wire are shown with at most 64 characters. */
function shorten(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`
}
