import type { MethodSource } from '../method/compile-method.ts'
import type { CallContext } from '../method/context.ts'
import type { Model, Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Relation } from '../model/relation.ts'
import { relatedNotFound } from './data-error.ts'
import { type Arguments, idArgument, sharedMethod, wireOptions } from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { related } from './related.ts'
import type { RelationMethod } from './relation-method-parts.ts'
import { methodsOfRelation } from './relation-methods.ts'

/**
 * Methods of related rows' relations, reached through the first row: `GET /:id/books/:nk/reviews`.
 *
 * Made for relations whose options say `nestRemoting`. Source: data D-4.9-22, framework F-2.72.
 */
export function nestedMethods(model: Model, runtime: () => ModelRuntime): readonly MethodSource[] {
  return [...model.relations.values()].flatMap((relation) => {
    const target = runtime().layer.runtimes.get(relation.target)
    const isFollowed = runtime().relations.get(relation.name)?.isFollowed === true
    const nesting = nestingOf(relation)
    if (nesting === undefined || target === undefined || !isFollowed) return []
    const targetNow = () => target.layer.runtimes.get(relation.target) ?? target
    return [...target.model.relations.values()].flatMap((inner) =>
      methodsOfRelation(inner, targetNow).map((method) =>
        nest(relation, inner, method, nesting, runtime),
      ),
    )
  })
}

/** How the key of the row in between is called. */
interface Nesting {
  readonly paramName: string
  readonly pathName: string
  /** The remote hooks of the target's own method run for the nested one. */
  readonly inheritsHooks: boolean
}

function nestingOf(relation: Relation): Nesting | undefined {
  const { options } = relation.settings
  const nesting = isPlainObject(options) ? options['nestRemoting'] : undefined
  if (nesting === undefined || nesting === false || nesting === null) return undefined
  const given = isPlainObject(nesting) ? nesting : {}
  const { paramName, pathName, hooks } = given
  return {
    paramName: typeof paramName === 'string' ? paramName : 'nk',
    pathName: typeof pathName === 'string' ? pathName : relation.path,
    inheritsHooks: hooks !== false,
  }
}

function nest(
  relation: Relation,
  inner: Relation,
  method: RelationMethod,
  { paramName, pathName, inheritsHooks }: Nesting,
  runtime: () => ModelRuntime,
): MethodSource {
  const target = runtime().layer.runtimes.get(relation.target)
  const key = relation.many ? `/:${paramName}` : ''
  const keyArgument =
    relation.many && target !== undefined ? [idArgument(target.model, paramName)] : []
  return sharedMethod({
    name: `__${method.operation}__${relation.name}__${inner.name}`,
    accepts: [...keyArgument, ...method.accepts],
    ...(method.returns === undefined ? {} : { returns: method.returns }),
    http: { verb: method.verb, path: `/${pathName}${key}/${inner.path}${method.path}` },
    accessType: method.accessType,
    isStatic: false,
    description: method.description,
    ...(inheritsHooks
      ? { hooksOf: `${relation.target}.prototype.__${method.operation}__${inner.name}` }
      : {}),
    handler: async (args, context) =>
      method.run(await rowBetween(relation, runtime, args, context, paramName), args, context),
  })
}

/** The related row the nested method works on. **Errors**: 404. */
async function rowBetween(
  relation: Relation,
  runtime: () => ModelRuntime,
  args: Arguments,
  context: CallContext,
  paramName: string,
): Promise<Readonly<Row>> {
  const found = related(runtime(), context.instance ?? {}, relation.name)
  const target = runtime().relations.get(relation.name)?.target()
  if (target === undefined) throw new Error(`relation ${relation.name} is gone`)
  if (found.many) {
    return found.findById(target.identity.fromPath(args[paramName]), wireOptions(args))
  }
  const row = await found.get(undefined, wireOptions(args))
  if (row === null || row === undefined) throw relatedNotFound(target.model, undefined)
  return row
}
