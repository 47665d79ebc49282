import type { Row } from '../model/model.ts'
import type { Query, Where } from '../query/query.ts'
import { observeAccess } from './access.ts'
import { collectRows } from './connector-queue.ts'
import { defaultScopeOf, hasDefaultScope } from './default-scope.ts'
import { uniqueKeys } from './include.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginNested, type Operation } from './operation.ts'
import { applyScope, bothOf } from './query-merge.ts'
import { relationPlanOf, whereOfKeys } from './relation-plan.ts'

type RelatedWhere = Extract<Where, { kind: 'related' }>

/**
 * Replaces conditions on related rows by key lists, one query per relation and level, unless the connector answers
 * them itself. The same where when there is nothing to replace. Source: data D-3.8-3, D-3.8-4.
 */
export async function resolveRelated(operation: Operation, where: Where): Promise<Where> {
  if (!speaksOfRelated(where)) return where
  if (isNative(operation.runtime, where)) return where
  return resolve(operation, where)
}

/** A condition on related rows stands somewhere in the where. */
export function speaksOfRelated(where: Where): boolean {
  switch (where.kind) {
    case 'related':
      return true
    case 'and':
    case 'or':
    case 'nor':
      return where.conditions.some(speaksOfRelated)
    default:
      return false
  }
}

/** The engine can answer the whole condition: it can join, and every model in it lives in this data source. */
function isNative(runtime: ModelRuntime, where: Where): boolean {
  if (runtime.source.connector.supports.relatedFilter !== 'native') return false
  switch (where.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return where.conditions.every((condition) => isNative(runtime, condition))
    case 'related': {
      const target = relationPlanOf(runtime, where.relation).target()
      const isPlain = target.source === runtime.source && !hasDefaultScope(target)
      return isPlain && target.hooks.access === undefined && isNative(target, where.where)
    }
    default:
      return true
  }
}

async function resolve(operation: Operation, where: Where): Promise<Where> {
  switch (where.kind) {
    case 'and':
    case 'or':
    case 'nor': {
      const conditions: Where[] = []
      for (const condition of where.conditions) conditions.push(await resolve(operation, condition))
      return { kind: where.kind, conditions }
    }
    case 'related':
      return resolveOne(operation, where)
    default:
      return where
  }
}

/** `some`: keys of matching children; `none`: not those; `every`: not the keys of children that do not match. */
async function resolveOne(operation: Operation, where: RelatedWhere): Promise<Where> {
  const { model } = operation.runtime
  const plan = relationPlanOf(operation.runtime, where.relation)
  const { relation } = plan
  const target = plan.target()
  const nested = beginNested(operation, target)
  const condition: Where =
    where.quantifier === 'every' ? { kind: 'nor', conditions: [where.where] } : where.where
  const scopeWhere = plan.scope()?.where
  const query: Query = {
    ...target.everything,
    where: scopeWhere === undefined ? condition : bothOf(scopeWhere, condition),
    fields: [...relation.targetKeys],
  }
  const rows = await readKeys(
    nested,
    applyScope(target.model, query, withoutShape(defaultScopeOf(target, condition))),
  )
  const list = whereOfKeys(model, relation.ownKeys, uniqueKeys(rows, relation.targetKeys))
  return where.quantifier === 'some' ? list : { kind: 'nor', conditions: [list] }
}

/** Only the condition of a scope decides which rows exist. */
function withoutShape(scope: Query | undefined): Query | undefined {
  return scope && { ...scope, fields: undefined, limit: undefined, skip: 0, include: [] }
}

async function readKeys(operation: Operation, query: Query): Promise<Row[]> {
  const observed = await observeAccess(operation, query)
  const where = await resolveRelated(operation, observed.where)
  return collectRows(
    operation.connector.find(
      operation.runtime.model,
      { ...observed, where, fields: query.fields },
      operation.connectorOptions,
    ),
  )
}
