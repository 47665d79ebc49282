import { docComment } from './doc-comment.ts'
import { dataMembers, rowMembers, typeNames } from './model-shapes.ts'
import { type FileNames, type ModelNames, memberName } from './names.ts'
import type { ModelDescription, ReadManifest } from './read-manifest.ts'
import type { Member } from './type-shape.ts'
import { type ModelNaming, memberText } from './type-text.ts'

/** The interfaces of one model: row, data and relations. */
export function modelText(
  model: ModelDescription,
  own: ModelNames,
  manifest: ReadManifest,
  names: FileNames,
  nameOf: ModelNaming,
): string[] {
  const row = rowMembers(model, typeNames(manifest, model, 'received'))
  const data = dataMembers(model, typeNames(manifest, model, 'sent'))
  return [
    ...docComment([model.description ?? `A row of ${model.name}.`], ''),
    ...interfaceText(own.row, row, nameOf),
    '',
    `/** What creating a row of ${own.row} takes. */`,
    ...interfaceText(own.data, data, nameOf),
    '',
    `/** What can be included in a row of ${own.row}. */`,
    ...relationsText(model, own, names),
  ]
}

function interfaceText(name: string, members: readonly Member[], nameOf: ModelNaming): string[] {
  if (members.length === 0) return [`export interface ${name} {}`]
  const lines = members.flatMap((member) => [
    ...docComment([member.description], '  '),
    `  ${memberText(member, nameOf)}`,
  ])
  return [`export interface ${name} {`, ...lines, '}']
}

/** Relations to models that are not public lead nowhere a client could go. */
function relationsText(model: ModelDescription, own: ModelNames, names: FileNames): string[] {
  const lines = model.relations.flatMap(({ name, target, many }) => {
    const found = names.models.get(target)
    if (found === undefined) return []
    const related = `Related<${found.row}, ${found.relations}>`
    return [`  ${memberName(name)}: ${related}${many ? '[]' : ' | null'}`]
  })
  if (lines.length === 0) return [`export interface ${own.relations} {}`]
  return [`export interface ${own.relations} {`, ...lines, '}']
}
