import { memberName, quoted } from './names.ts'

/** One method, one line, mostly. */
const maxColumns = 160

/**
 * A JSON value as a TypeScript literal: on one line where that fits, otherwise one member a line.
 *
 * `column` is where the literal begins, `indent` what its lines are indented with.
 */
export function literalText(value: unknown, indent: string, column: number): string {
  const line = inlineText(value)
  if (typeof value !== 'object' || value === null || column + line.length < maxColumns) return line
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${literalText(item, inner, inner.length)},\n`)
    return `[\n${items.join('')}${indent}]`
  }
  const members = Object.entries(value).map(([name, member]) => {
    const start = `${inner}${memberName(name)}: `
    return `${start}${literalText(member, inner, start.length)}${assertion(name, member)},\n`
  })
  return `{\n${members.join('')}${indent}}`
}

function inlineText(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  if (Array.isArray(value)) return `[${value.map(inlineText).join(', ')}]`
  const members = Object.entries(value).map(
    ([name, member]) => `${memberName(name)}: ${inlineText(member)}${assertion(name, member)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** A member called `toString` is expected to be the function all objects have; so its literals would widen. */
function assertion(name: string, value: unknown): string {
  const isObject = typeof value === 'object' && value !== null
  return isObject && Object.hasOwn(Object.prototype, name) ? ' as const' : ''
}
