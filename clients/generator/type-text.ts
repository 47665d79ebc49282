import { memberName, quoted } from './names.ts'
import type { Member, ModelPart, TypeShape } from './type-shape.ts'

/** Interface names of models by their name in the manifest. */
export type ModelNaming = (name: string, part: ModelPart) => string

/** A shape as TypeScript, on one line. */
export function typeText(shape: TypeShape, nameOf: ModelNaming): string {
  const text = (inner: TypeShape) => typeText(inner, nameOf)
  switch (shape.kind) {
    case 'plain':
      return shape.text
    case 'literal':
      return typeof shape.value === 'string' ? quoted(shape.value) : String(shape.value)
    case 'model':
      return nameOf(shape.name, shape.part)
    case 'list':
      return `${inBrackets(shape.item, nameOf)}[]`
    case 'tuple': {
      const rest = shape.rest === undefined ? [] : [`...${inBrackets(shape.rest, nameOf)}[]`]
      return `[${[...shape.items.map(text), ...rest].join(', ')}]`
    }
    case 'record':
      return `Record<string, ${text(shape.value)}>`
    case 'object':
      return objectText(shape.members, nameOf)
    case 'union':
      return shape.options.map((option) => inBrackets(option, nameOf, 'union')).join(' | ')
    case 'both':
      return shape.parts.map((part) => inBrackets(part, nameOf)).join(' & ')
  }
}

/** An object type on one line: `{ limit?: number; since?: Date }`. */
export function objectText(members: readonly Member[], nameOf: ModelNaming): string {
  if (members.length === 0) return 'Record<string, never>'
  return `{ ${members.map((member) => memberText(member, nameOf)).join('; ')} }`
}

/** One member: `limit?: number`. */
export function memberText(member: Member, nameOf: ModelNaming): string {
  const mark = member.optional ? '?' : ''
  return `${memberName(member.name)}${mark}: ${typeText(member.type, nameOf)}`
}

function inBrackets(shape: TypeShape, nameOf: ModelNaming, within?: 'union'): string {
  const text = typeText(shape, nameOf)
  const isComposite = shape.kind === 'both' || (shape.kind === 'union' && within === undefined)
  return isComposite ? `(${text})` : text
}
