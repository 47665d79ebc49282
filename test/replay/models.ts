import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineModelFromJson, type ModelConfig, type ModelDefinition } from 'viaduct'
import { member, vectorFolder } from './conversation.ts'

const project = join(vectorFolder, 'project')

/** Models that need users or access control; their conversations come with those components. */
const laterModels = new Set(['Patron', 'Loan', 'Notice', 'Vault'])

/** Relation kinds this version serves. `docs/decisions/0004-relation-kinds-in-order.md` */
const servedKinds = new Set(['belongsTo', 'hasMany', 'hasOne'])

function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(project, ...path), 'utf8'))
}

function isServed(relation: unknown): boolean {
  return (
    servedKinds.has(String(member(relation, 'type'))) &&
    member(relation, 'polymorphic') === undefined &&
    member(relation, 'through') === undefined
  )
}

/** A model file without the relations that come later. */
function readModel(file: string): ModelDefinition {
  const json = readJson('common/models', file)
  const relations = Object.entries(member(json, 'relations') ?? {})
  return defineModelFromJson({
    ...(json as Readonly<Record<string, unknown>>), // checked-in data
    relations: Object.fromEntries(relations.filter(([, relation]) => isServed(relation))),
  })
}

/** The models of the recorded project, by name. */
export function projectModels(): Readonly<Record<string, ModelDefinition>> {
  const models = readdirSync(join(project, 'common/models'))
    .map(readModel)
    .filter(({ name }) => !laterModels.has(name))
  return Object.fromEntries(models.map((model) => [model.name, model]))
}

/** What `model-config.json` says of the given models. */
export function projectModelConfig(
  names: readonly string[],
): Readonly<Record<string, ModelConfig>> {
  const config = readJson('server', 'model-config.json')
  const entry = (name: string): ModelConfig => {
    const given = member(config, name)
    const remoting = member(member(given, 'options'), 'remoting') as ModelConfig['remoting'] // checked-in data
    return {
      ...(member(given, 'public') === false ? { public: false } : {}),
      ...(remoting === undefined ? {} : { remoting }),
    }
  }
  return Object.fromEntries(names.map((name) => [name, entry(name)]))
}

/** The `remoting` section of the recorded project. */
export function projectRemoting(): Readonly<Record<string, unknown>> {
  return member(readJson('server', 'config.json'), 'remoting') as Readonly<Record<string, unknown>> // checked-in data
}
