import type { FileSource, NamedFile } from './rest-request.ts'

type Fields = readonly (readonly [name: string, value: unknown])[]

/**
 * A request body with files. Fields go first: a server that streams a file to its method has to know them before.
 *
 * Shares no code with what is loaded ahead of it: `textOf` writes a field, `unusable` makes the error of a value that is none.
 */
export async function formOf(
  fields: Fields,
  files: Fields,
  textOf: (name: string, value: unknown) => string,
  unusable: (name: string, value: unknown) => Error,
): Promise<FormData> {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, textOf(name, value))
  for (const [name, value] of files) {
    const { content, filename, contentType } = isNamedFile(value) ? value : namedFileOf(value)
    const blob = await blobOf(content, contentType)
    if (blob === undefined) throw unusable(name, content)
    form.append(name, blob, filename ?? 'file')
  }
  return form
}

function isNamedFile(value: unknown): value is NamedFile {
  return typeof value === 'object' && value !== null && 'content' in value
}

/** A `File` of a browser knows its own name. */
function namedFileOf(value: unknown): NamedFile {
  const name: unknown = value instanceof Blob && 'name' in value ? value.name : undefined
  return { content: value as FileSource, ...(typeof name === 'string' ? { filename: name } : {}) } // checked by blobOf
}

async function blobOf(content: unknown, type: string | undefined): Promise<Blob | undefined> {
  const options = type === undefined ? {} : { type }
  if (content instanceof Blob) return type === undefined ? content : new Blob([content], options)
  if (content instanceof Uint8Array) return new Blob([Uint8Array.from(content)], options)
  if (content instanceof ReadableStream) {
    return new Blob([await new Response(content).blob()], options)
  }
  return undefined
}
