import { remoteError } from '../error/remote-error.ts'
import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Relation } from '../model/relation.ts'
import { allOf } from './combine-where.ts'
import { contextOf } from './parse-context.ts'
import type { Where } from './query.ts'
import { invalidFilter, joinPath, kindOf, unknownRelation } from './query-error.ts'
import { dropProhibited, maxDepthOf, type WhereReader } from './where-reader.ts'

type Quantifier = 'some' | 'every' | 'none'

const quantifiers: ReadonlySet<string> = new Set<Quantifier>(['some', 'every', 'none'])

/**
 * Reads a condition on related rows: `{ author: { name: 'x' } }`, `{ 'author.name': 'x' }`,
 * `{ posts: { some | every | none: { … } } }`, for a polymorphic belongsTo `{ owner: { model: 'Author', where: { … } } }`.
 *
 * **Returns** `undefined` where the name is no relation.
 *
 * **Errors** (400): `INVALID_FILTER` for conditions that are no object, relations closed to filters from the wire and
 * polymorphic targets left open; `UNKNOWN_RELATION` for targets not loaded; `QUERY_OBJECT_TOO_DEEP`.
 * **Source**: data 3.8.
 */
export function readRelated(
  model: Model,
  name: string,
  value: unknown,
  at: string,
  reader: WhereReader,
): Where | undefined {
  const dot = name.indexOf('.')
  const first = dot < 0 ? name : name.slice(0, dot)
  const relation = model.relations.get(first)
  if (relation === undefined || model.properties.has(first)) return undefined
  if (reader.hidden && model.hidden.has(first)) return dropProhibited(model, at, reader)
  const condition = dot < 0 ? value : { [name.slice(dot + 1)]: value }
  if (!isPlainObject(condition)) {
    // an open model may have a dynamic property of that name in loopback3
    if (model.profile.compat['D-3.3-12'] && model.strict === 'open') return undefined
    throw invalidFilter(at, `${at}: expected conditions on ${first}, got ${kindOf(condition)}`)
  }
  checkCrossing(relation, at, reader)
  return isPolymorphic(relation)
    ? readPolymorphic(model, relation, condition, at, reader)
    : readQuantified(model, relation, condition, at, reader)
}

function checkCrossing(relation: Relation, at: string, reader: WhereReader): void {
  if (reader.relations >= maxDepthOf(reader)) {
    throw remoteError('QUERY_OBJECT_TOO_DEEP', `${at}: the query crosses too many relations`)
  }
  const isFromWire = !reader.context.inProcess
  const target = reader.context.models.get(relation.target)
  if (isFromWire && (relation.disableFilter || target?.isPublic === false)) {
    throw closedRelation(relation.name, at)
  }
}

function closedRelation(name: string, at: string): Error {
  return invalidFilter(at, `${at}: conditions on the relation "${name}" are not allowed`)
}

/** The discriminator of each row decides the target. */
export function isPolymorphic(relation: Relation): boolean {
  return relation.kind === 'belongsTo' && Boolean(relation.settings.polymorphic)
}

function readQuantified(
  model: Model,
  relation: Relation,
  condition: Readonly<Record<string, unknown>>,
  at: string,
  reader: WhereReader,
): Where {
  const target = reader.context.models.get(relation.target)
  if (target === undefined) throw unknownRelation(relation.name, model.name)
  const keys = relation.many ? Object.keys(condition) : []
  const named = keys.filter((key) => quantifiers.has(key) && !target.properties.has(key))
  if (named.length === 0)
    return relatedTo(model, relation.name, 'some', target, condition, at, reader)
  if (named.length < keys.length) {
    throw invalidFilter(at, `${at}: ${named.join(', ')} cannot stand beside other conditions`)
  }
  return allOf(
    named.map((key) => {
      const position = joinPath(at, key)
      const inner = condition[key]
      if (!isPlainObject(inner)) {
        throw invalidFilter(position, `${position}: expected an object, got ${kindOf(inner)}`)
      }
      const quantifier = key as Quantifier // one of the set
      return relatedTo(model, relation.name, quantifier, target, inner, position, reader)
    }),
  )
}

function readPolymorphic(
  model: Model,
  relation: Relation,
  condition: Readonly<Record<string, unknown>>,
  at: string,
  reader: WhereReader,
): Where {
  const { model: name, where = {}, ...rest } = condition
  if (typeof name !== 'string' || !isPlainObject(where) || Object.keys(rest).length > 0) {
    throw invalidFilter(at, `${at}: expected { model, where } for a polymorphic relation`)
  }
  const target = reader.context.models.get(name)
  if (target === undefined) throw invalidFilter(at, `${at}: no such model`)
  if (!reader.context.inProcess && !target.isPublic) throw closedRelation(relation.name, at)
  const position = joinPath(at, 'where')
  return relatedTo(model, relation.name, 'some', target, where, position, reader, name)
}

function relatedTo(
  model: Model,
  relation: string,
  quantifier: Quantifier,
  target: Model,
  condition: Readonly<Record<string, unknown>>,
  at: string,
  reader: WhereReader,
  chosen?: string,
): Where {
  const inner: WhereReader = {
    ...reader,
    context: contextOf(target, model, reader.context),
    protected: reader.context.options.prohibitProtectedPropertiesInQuery ?? true,
    relations: reader.relations + 1,
    isNegative: (quantifier === 'none') !== reader.isNegative,
  }
  const where = reader.readConditions(target, condition, at, inner)
  return Object.freeze({
    kind: 'related',
    relation,
    quantifier,
    where,
    ...(chosen === undefined ? {} : { target: chosen }),
  })
}
