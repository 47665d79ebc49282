import { createHash } from 'node:crypto'
import type { Manifest } from '../../core/index.ts'
import { describeApi } from '../typescript/describe-api.ts'
import { literalText } from './literal-text.ts'
import { methodShape } from './method-shapes.ts'
import { methodText } from './method-text.ts'
import { isModelOperation, servedOperations } from './model-operations.ts'
import { modelText } from './model-text.ts'
import { chooseNames, type FileNames, memberName, quoted } from './names.ts'
import { type ClassDescription, type ReadManifest, readManifest } from './read-manifest.ts'
import type { ModelNaming } from './type-text.ts'

/** Options of {@link generateClient}. */
export interface GenerateOptions {
  /** Module the types of the client come from. @default 'viaduct/client' */
  readonly clientModule?: string
}

const optionNames: readonly string[] = ['clientModule']

/**
 * Generates the typed client of an application: one TypeScript file of plain interfaces, the run-time description `api`
 * and the hash of the manifest. Equal manifests give equal text.
 *
 * ```ts
 * writeFileSync('api.ts', generateClient(app.describe()))
 * ```
 *
 * **Errors**: `TypeError` for what is no manifest, naming the place, and for unknown options.
 */
export function generateClient(manifest: Manifest, options: GenerateOptions = {}): string {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) throw new TypeError(`generateClient: unknown option "${unknown}"`)
  const read = readManifest(manifest)
  const names = chooseNames(read)
  const nameOf: ModelNaming = (name, part) => names.models.get(name)?.[part] ?? 'unknown'
  const parts = [
    ...read.models.flatMap((model) => {
      const own = names.models.get(model.name)
      return own === undefined ? [] : [modelText(model, own, read, names, nameOf)]
    }),
    ...read.classes.map((shared) => methodsText(shared, read, names, nameOf)),
    apiText(read, names),
    [`/** What calls over REST need to know. */`, apiLiteral(manifest)],
    [
      '/** Tells whether this file fits the application: the hash of the manifest it was made from. */',
      `export const manifestHash = '${hashManifest(manifest)}'`,
    ],
  ]
  const body = parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')
  return `${headerText(body, options.clientModule ?? 'viaduct/client')}\n\n${body}\n`
}

/** The first 32 hexadecimal digits of the SHA-256 of the manifest's JSON. */
export function hashManifest(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 32)
}

/** The class's own methods; none for classes that have only those of their model. */
function methodsText(
  shared: ClassDescription,
  manifest: ReadManifest,
  names: FileNames,
  nameOf: ModelNaming,
): string[] {
  const lines = ownMethods(shared).flatMap((method) =>
    methodText(methodShape(method, shared, manifest), method, nameOf),
  )
  if (lines.length === 0) return []
  return [
    `/** Methods of ${shared.name.replace(/\s+|\*\//g, ' ')}. */`,
    `export interface ${names.methods.get(shared.name)} {`,
    ...lines,
    '}',
  ]
}

function ownMethods(shared: ClassDescription): ClassDescription['methods'] {
  return shared.methods.filter(
    ({ name, documented }) => documented && !isModelOperation(shared, name),
  )
}

function apiText(manifest: ReadManifest, names: FileNames): string[] {
  const members = manifest.classes.flatMap((shared) => {
    const methods = ownMethods(shared).length === 0 ? [] : [names.methods.get(shared.name) ?? '']
    const types = [...modelTypes(shared, manifest, names), ...methods]
    return types.length === 0 ? [] : [`  ${memberName(shared.name)}: ${types.join(' & ')}`]
  })
  return ['/** Everything a client can call. */', 'export interface Api {', ...members, '}']
}

/** `Model<Book, BookData, BookRelations>`, picked from where the class does not serve all of it. */
function modelTypes(
  shared: ClassDescription,
  manifest: ReadManifest,
  names: FileNames,
): readonly string[] {
  const own = names.models.get(shared.model ?? '')
  const model = manifest.models.find(({ name }) => name === shared.model)
  if (own === undefined || model === undefined) return []
  const key = model.id.length === 1 && model.id[0] === 'id' ? [] : [keyText(model.id, own.row)]
  const whole = `Model<${[own.row, own.data, own.relations, ...key].join(', ')}>`
  const served = servedOperations(shared)
  if (served === undefined) return [whole]
  return served.length === 0 ? [] : [`Pick<${whole}, ${served.map(quoted).join(' | ')}>`]
}

function keyText(id: readonly string[], row: string): string {
  const [first] = id
  if (first === undefined) return 'never'
  return id.length === 1
    ? `${row}[${quoted(first)}]`
    : `Pick<${row}, ${id.map(quoted).join(' | ')}>`
}

function apiLiteral(manifest: Manifest): string {
  const start = 'export const api: ApiDescription = '
  return `${start}${literalText(describeApi(manifest), '', start.length)}`
}

const importable: readonly string[] = [
  'ApiDescription',
  'CallOptions',
  'FileDownload',
  'FileInput',
  'Model',
  'Related',
  'Stream',
]

/** Imports what the code uses; comments and texts do not count. */
function headerText(body: string, clientModule: string): string {
  const code = body.replace(/\/\*\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'/g, '')
  const used = importable.filter((name) => new RegExp(`\\b${name}\\b`).test(code))
  return [
    '// Generated by `viaduct generate client`. Changes made here are lost.',
    '',
    `import type { ${used.join(', ')} } from ${quoted(clientModule)}`,
  ].join('\n')
}
