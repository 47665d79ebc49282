import { remoteError } from '../error/remote-error.ts'
import type { Model, Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Relation } from '../model/relation.ts'
import { parseFilter } from '../query/parse-filter.ts'
import { pathOfProperty, resolvePath } from '../query/path.ts'
import type { Path, Query, Where } from '../query/query.ts'
import { matchNone } from '../query/query.ts'
import { keyText } from './identity.ts'
import { type ModelRuntime, runtimeOf } from './model-runtime.ts'
import { equalityValues } from './query-merge.ts'

/** A relation of one model, ready to be followed. */
export interface RelationPlan {
  readonly relation: Relation
  /** The relation leads over keys of two tables, which is what this layer follows. */
  readonly isFollowed: boolean
  /**
   * The relation's own filter, parsed on the target when first asked for. A computed one needs the row it starts from.
   * **Errors**: 400 `OPERATOR_NOT_SUPPORTED` where nobody knows that row. Source: data D-4.1-11.
   */
  scope(owner?: Readonly<Row>, filter?: unknown): Query | undefined
  /** The model at the other end. */
  target(): ModelRuntime
}

/** Prepares the relations of a model. `ownerOf` finds the model's runtime once it exists. */
export function compileRelationPlans(
  model: Model,
  ownerOf: () => ModelRuntime,
): ReadonlyMap<string, RelationPlan> {
  const plans = new Map<string, RelationPlan>()
  for (const relation of model.relations.values()) {
    plans.set(relation.name, compileRelationPlan(model, relation, ownerOf))
  }
  return plans
}

function compileRelationPlan(
  model: Model,
  relation: Relation,
  ownerOf: () => ModelRuntime,
): RelationPlan {
  const filter = withDiscriminator(model, relation, relation.scope)
  let scope: Query | undefined
  const target = () => runtimeOf(ownerOf(), relation.target)
  return Object.freeze({
    relation,
    isFollowed: isFollowed(relation),
    target,
    scope: (owner?: Readonly<Row>, given?: unknown) => {
      if (relation.scopeOf !== undefined) {
        return computeScope(model, relation, target(), owner, given)
      }
      if (filter === undefined) return undefined
      scope ??= parseFilter(target().model, filter, target().contexts.trusted)
      return scope
    },
  })
}

function isFollowed(relation: Relation): boolean {
  switch (relation.kind) {
    case 'belongsTo':
    case 'hasOne':
    case 'hasMany':
      return relation.settings['through'] === undefined && isDirect(relation)
    case 'hasAndBelongsToMany':
    case 'referencesMany':
    case 'embedsOne':
    case 'embedsMany':
      return false
  }
}

/** Not polymorphic, or from the side whose model is known. */
function isDirect(relation: Relation): boolean {
  const { polymorphic } = relation.settings
  if (polymorphic === undefined) return true
  return relation.kind !== 'belongsTo' && discriminatorOf(relation) !== undefined
}

function discriminatorOf(relation: Relation): string | undefined {
  const { polymorphic } = relation.settings
  if (!isPlainObject(polymorphic) || polymorphic['invert'] === true) return undefined
  const { discriminator } = polymorphic
  return typeof discriminator === 'string' ? discriminator : undefined
}

/** The relation's scope, for polymorphic ones together with the name of the model they start from. */
function withDiscriminator(
  model: Model,
  relation: Relation,
  scope: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const discriminator = discriminatorOf(relation)
  if (discriminator === undefined) return scope
  const own = { [discriminator]: model.name }
  const where = scope?.['where']
  return { ...scope, where: where === undefined ? own : { and: [own, where] } }
}

function computeScope(
  model: Model,
  relation: Relation,
  target: ModelRuntime,
  owner: Readonly<Row> | undefined,
  filter: unknown,
): Query {
  if (owner === undefined) {
    throw remoteError(
      'OPERATOR_NOT_SUPPORTED',
      `${model.name}.${relation.name}: there are no conditions on a relation whose scope is computed`,
    )
  }
  const given = isPlainObject(filter) ? filter : {}
  const computed = withDiscriminator(model, relation, relation.scopeOf?.(owner, given))
  return parseFilter(target.model, computed ?? {}, target.contexts.trusted)
}

/** **Errors**: 400 `UNKNOWN_RELATION`, 501 for a kind that can not be followed. Source: data D-3.4b-13. */
export function relationPlanOf(runtime: ModelRuntime, name: string): RelationPlan {
  const plan = runtime.relations.get(name)
  if (plan === undefined) {
    throw remoteError(
      'UNKNOWN_RELATION',
      `Relation "${name}" is not defined for ${runtime.model.name} model`,
      {
        relation: name,
        model: runtime.model.name,
      },
    )
  }
  if (!plan.isFollowed) throw notFollowed(runtime.model, plan.relation)
  return plan
}

function notFollowed(model: Model, relation: Relation): Error {
  const through = relation.settings['through'] === undefined ? '' : ' through another model'
  const polymorphic = relation.settings['polymorphic'] === undefined ? '' : ' (polymorphic)'
  return remoteError(
    'NOT_IMPLEMENTED',
    `${model.name}.${relation.name}: relations of kind ${relation.kind}${through}${polymorphic} are not supported`,
  )
}

/** The values of some properties of a row; `undefined` when one of them is missing or null. */
export function keyValues(
  row: Readonly<Row>,
  names: readonly string[],
): readonly unknown[] | undefined {
  const [only] = names
  if (names.length === 1 && only !== undefined) {
    const value = row[only]
    return value === undefined || value === null ? undefined : [value]
  }
  const values = names.map((name) => row[name])
  return values.some((value) => value === undefined || value === null) ? undefined : values
}

/** Equal for equal keys. Source: data D-3.4b-11. */
export function textOfKeys(values: readonly unknown[]): string {
  return values.length === 1 ? keyText(values[0]) : JSON.stringify(values.map(keyText))
}

/** The condition that some properties have the values of one of the keys. */
export function whereOfKeys(
  model: Model,
  names: readonly string[],
  keys: readonly (readonly unknown[])[],
): Where {
  if (keys.length === 0) return matchNone
  const paths = names.map((name) => pathOfName(model, name))
  const [path] = paths
  if (paths.length === 1 && path !== undefined) {
    const values = keys.map((key) => key[0])
    return values.length === 1
      ? { kind: 'compare', path, operator: 'eq', value: values[0], loose: false }
      : { kind: 'in', path, negated: false, values, loose: false }
  }
  const conditions = keys.map(
    (key): Where => ({
      kind: 'and',
      conditions: paths.map((each, index) => ({
        kind: 'compare',
        path: each,
        operator: 'eq',
        value: key[index],
        loose: false,
      })),
    }),
  )
  return conditions.length === 1 && conditions[0] !== undefined
    ? conditions[0]
    : { kind: 'or', conditions }
}

function pathOfName(model: Model, name: string): Path {
  const property = model.properties.get(name)
  return property === undefined ? resolvePath(model, name).path : pathOfProperty(property)
}

/**
 * What a row created through a relation carries: the scope's equalities, copied properties, the foreign key. A list of
 * rows is one each. Source: data D-4.5-7, D-4.1-12.
 */
export function valuesForNewRow(plan: RelationPlan, owner: Readonly<Row>, data: unknown): Row {
  const { relation } = plan
  const scope = plan.scope(owner)
  const values: Row = scope === undefined ? {} : equalityValues(scope.where)
  Object.assign(values, relation.values?.(owner, isPlainObject(data) ? data : {}))
  relation.targetKeys.forEach((name, index) => {
    const own = relation.ownKeys[index]
    if (own !== undefined) values[name] = owner[own]
  })
  return values
}
