import { docComment } from './doc-comment.ts'
import type { MethodShape } from './method-shapes.ts'
import { memberName } from './names.ts'
import type { MethodDescription } from './read-manifest.ts'
import { type ModelNaming, memberText, objectText, typeText } from './type-text.ts'

/** Longest signature that stands on one line. */
const maxColumns = 100

/** One method of an interface with its comment, indented. */
export function methodText(
  shape: MethodShape,
  method: MethodDescription,
  nameOf: ModelNaming,
): string[] {
  const comment = docComment([method.description, method.notes, ...argumentNotes(shape)], '  ')
  const name = memberName(shape.name)
  const result = resultText(shape, nameOf)
  const id = shape.id === undefined ? [] : [`id: ${typeText(shape.id, nameOf)}`]
  const mark = shape.args.every(({ optional }) => optional) ? '?' : ''
  const parameters = [...id, `args${mark}: ${objectText(shape.args, nameOf)}`]
  const line = `  ${name}(${[...parameters, 'options?: CallOptions'].join(', ')}): ${result}`
  if (line.length <= maxColumns) return [...comment, line]
  const open = [`  ${name}(`, ...id.map((parameter) => `    ${parameter},`)]
  const args = argsLines(shape, mark, nameOf)
  return [...comment, ...open, ...args, '    options?: CallOptions,', `  ): ${result}`]
}

function argsLines(shape: MethodShape, mark: string, nameOf: ModelNaming): string[] {
  const line = `    args${mark}: ${objectText(shape.args, nameOf)},`
  if (line.length <= maxColumns || shape.args.length === 0) return [line]
  return [
    `    args${mark}: {`,
    ...shape.args.map((member) => `      ${memberText(member, nameOf)}`),
    '    },',
  ]
}

function resultText(shape: MethodShape, nameOf: ModelNaming): string {
  return `${shape.streams ? 'Stream' : 'Promise'}<${typeText(shape.result, nameOf)}>`
}

function argumentNotes(shape: MethodShape): string[] {
  return shape.args.flatMap(({ name, description }) =>
    description === undefined ? [] : [`@param args.${name} ${description.replace(/\s+/g, ' ')}`],
  )
}
