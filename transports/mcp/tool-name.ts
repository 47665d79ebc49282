import { createHash } from 'node:crypto'

/** Longest name that every client passes on. */
const maxLength = 64
const shape = /^[A-Za-z0-9_-]{1,64}$/

/** A name an application may choose for a tool. */
export function isToolName(name: string): boolean {
  return shape.test(name)
}

/**
 * Gives every tool a name of its own: the wished one, else the full name with `_` for whatever clients refuse
 * (`Book.prototype.patch` becomes `Book_prototype_patch`). Names that are too long or meet another get a mark made of the
 * full name, so that they do not depend on what else is served or in which order.
 */
export function nameTools(
  wishes: readonly { readonly fullName: string; readonly wished: string | undefined }[],
): ReadonlyMap<string, string> {
  const plain = new Map(
    wishes.map(({ fullName, wished }) => [fullName, wished ?? fullName.replace(/[^\w-]/g, '_')]),
  )
  const uses = new Map<string, number>()
  for (const name of plain.values()) uses.set(name, (uses.get(name) ?? 0) + 1)
  return new Map(
    [...plain].map(([fullName, name]) => {
      const isOwn = name.length <= maxLength && uses.get(name) === 1
      return [fullName, isOwn ? name : marked(name, fullName)]
    }),
  )
}

function marked(name: string, fullName: string): string {
  const mark = createHash('sha256').update(fullName).digest('hex').slice(0, 8)
  return `${name.slice(0, maxLength - mark.length - 1)}_${mark}`
}
