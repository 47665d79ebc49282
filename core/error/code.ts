/** The sixteen canonical error codes of gRPC. Source: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export type Code =
  | 'canceled'
  | 'unknown'
  | 'invalid_argument'
  | 'deadline_exceeded'
  | 'not_found'
  | 'already_exists'
  | 'permission_denied'
  | 'resource_exhausted'
  | 'failed_precondition'
  | 'aborted'
  | 'out_of_range'
  | 'unimplemented'
  | 'internal'
  | 'unavailable'
  | 'data_loss'
  | 'unauthenticated'

const statuses: Readonly<Record<Code, number>> = {
  canceled: 499,
  unknown: 500,
  invalid_argument: 400,
  deadline_exceeded: 504,
  not_found: 404,
  already_exists: 409,
  permission_denied: 403,
  resource_exhausted: 429,
  failed_precondition: 400,
  aborted: 409,
  out_of_range: 400,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
  data_loss: 500,
  unauthenticated: 401,
}

const codes: ReadonlyMap<number, Code> = new Map<number, Code>([
  [400, 'invalid_argument'],
  [401, 'unauthenticated'],
  [403, 'permission_denied'],
  [404, 'not_found'],
  [409, 'already_exists'],
  [412, 'failed_precondition'],
  [413, 'resource_exhausted'],
  [422, 'invalid_argument'],
  [429, 'resource_exhausted'],
  [499, 'canceled'],
  [501, 'unimplemented'],
  [503, 'unavailable'],
  [504, 'deadline_exceeded'],
])

/** The HTTP status a code answers with when its reason names none. */
export function statusFromCode(code: Code): number {
  return statuses[code]
}

/** The code that comes closest to an HTTP status. */
export function codeFromStatus(status: number): Code {
  return codes.get(status) ?? (status >= 500 ? 'internal' : 'failed_precondition')
}
