import type { CallContext } from '../method/context.ts'
import type { AccessType, ArgumentDefinition, ReturnDefinition } from '../method/shared-method.ts'
import type { Model, Row } from '../model/model.ts'
import type { Relation } from '../model/relation.ts'
import { BulkError } from './bulk-error.ts'
import { type Arguments, presentRow } from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { related } from './related.ts'
import type { ManyRelation } from './related-many.ts'
import type { OneRelation } from './related-one.ts'

/** One operation of a relation as clients call it; also the building stone of nested methods. */
export interface RelationMethod {
  /** `get`, `create`, `findById`, …: the method is named `__get__books`. */
  readonly operation: string
  readonly verb: string
  /** Below the path of the relation: `` or `/:fk`. */
  readonly path: string
  readonly accepts: readonly ArgumentDefinition[]
  readonly returns?: ReturnDefinition
  readonly accessType: AccessType
  readonly description: string
  /** Runs on the row the relation starts from. */
  readonly run: (owner: Readonly<Row>, args: Arguments, context: CallContext) => unknown
}

/** LoopBack 3 answers a failed bulk create with the list of errors itself. Source: remoting EB-5, framework F-2.30. */
export function bulkForWire(error: unknown, model: Model): unknown {
  return error instanceof BulkError && model.profile.compat['D-2.1-1'] ? error.errors : error
}

/** The model at the other end, as it is now. */
export function targetRuntime(relation: Relation, runtime: () => ModelRuntime): ModelRuntime {
  const found = runtime().relations.get(relation.name)
  if (found === undefined) throw new Error(`relation ${relation.name} is gone`)
  return found.target()
}

/** What clients may see of a related row. */
export function presentTarget(relation: Relation, runtime: () => ModelRuntime, row: Row): Row {
  return presentRow(targetRuntime(relation, runtime), row)
}

/** A to-many relation of a row. */
export function many(
  relation: Relation,
  runtime: () => ModelRuntime,
  owner: Readonly<Row>,
): ManyRelation {
  const found = related(runtime(), owner, relation.name)
  if (!found.many) throw new Error(`relation ${relation.name} yields one row`)
  return found
}

/** A to-one relation of a row. */
export function one(
  relation: Relation,
  runtime: () => ModelRuntime,
  owner: Readonly<Row>,
): OneRelation {
  const found = related(runtime(), owner, relation.name)
  if (found.many) throw new Error(`relation ${relation.name} yields a list`)
  return found
}
