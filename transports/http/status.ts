/** Statuses whose answers never have a body. Source: RFC 9110 6.4.1. */
export function isBodyless(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

/** 3xx, but not 304. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}
