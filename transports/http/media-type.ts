/** A media type without its parameters, and the parameter anybody asks for. */
export interface MediaType {
  /** In lower case, e.g. `application/json`. */
  readonly type: string
  /** In lower case. */
  readonly charset: string | undefined
}

/** Reads a Content-Type; an absent or unreadable one has the type `''`. Source: RFC 9110 8.3. */
export function parseMediaType(header: string | undefined): MediaType {
  if (header === undefined) return none
  if (header === 'application/json') return json
  const end = header.indexOf(';')
  const type = (end < 0 ? header : header.slice(0, end)).trim().toLowerCase()
  if (end < 0) return { type, charset: undefined }
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(header.slice(end))?.[1]?.toLowerCase()
  return { type, charset }
}

const none: MediaType = Object.freeze({ type: '', charset: undefined })
const json: MediaType = Object.freeze({ type: 'application/json', charset: undefined })

/** Reads parameters such as `name="a"; filename="b.txt"` behind the first semicolon; names in lower case. */
export function parseParameters(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  const pattern = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g
  for (const [, name = '', quoted, plain = ''] of header.matchAll(pattern)) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(["\\])/g, '$1') ?? plain)
  }
  return parameters
}
