import { notFound } from '../error/remote-error.ts'
import type { MethodSource } from '../method/compile-method.ts'
import type { ArgumentDefinition, HttpRoute } from '../method/shared-method.ts'
import type { Model } from '../model/model.ts'
import type { Relation } from '../model/relation.ts'
import { dataArgument, rowResult, sharedMethod, wireOptions } from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { ownRelationMethods } from './own-relation-methods.ts'
import { listMethods } from './relation-list-methods.ts'
import { one, presentTarget, type RelationMethod } from './relation-method-parts.ts'

/** The shared methods of all relations of a model. Source: data 4.9, framework 2.5. */
export function relationMethods(
  model: Model,
  runtime: () => ModelRuntime,
): readonly MethodSource[] {
  return [...model.relations.values()].flatMap((relation) => {
    const methods = methodsOfRelation(relation, runtime)
    if (methods.length === 0) return []
    const shared = methods.map((method) =>
      sharedMethod({
        name: `__${method.operation}__${relation.name}`,
        accepts: method.accepts,
        ...(method.returns === undefined ? {} : { returns: method.returns }),
        http: routeOf(method, `/${relation.path}`),
        accessType: method.accessType,
        isStatic: false,
        description: method.description,
        handler: (args, context) => method.run(context.instance ?? {}, args, context),
      }),
    )
    // a route with fixed words stands before those with parameters
    return [...ownRelationMethods(relation, runtime), ...shared]
  })
}

/** The route of an operation below a path. */
export function routeOf(method: RelationMethod, path: string): HttpRoute {
  return { verb: method.verb, path: `${path}${method.path}` }
}

/** The operations of one relation; none for kinds that can not be followed or lead to a model without data. */
export function methodsOfRelation(
  relation: Relation,
  runtime: () => ModelRuntime,
): readonly RelationMethod[] {
  const plan = runtime().relations.get(relation.name)
  const target = runtime().layer.runtimes.get(relation.target)
  if (plan === undefined || !plan.isFollowed || target === undefined) return []
  switch (relation.kind) {
    case 'belongsTo':
      return [parentMethod(relation, runtime, target.model)]
    case 'hasOne':
      return childMethods(relation, runtime, target.model)
    default:
      return listMethods(relation, runtime, target.model)
  }
}

const refreshArgument: ArgumentDefinition = {
  arg: 'refresh',
  type: 'boolean',
  http: { source: 'query' },
}

/** An empty relation is a 404 in `strict`, `{}` or null in LoopBack 3. Source: data D-4.9-23, framework F-2.66. */
function parentMethod(
  relation: Relation,
  runtime: () => ModelRuntime,
  target: Model,
): RelationMethod {
  return {
    operation: 'get',
    verb: 'get',
    path: '',
    accepts: [refreshArgument],
    returns: rowResult(target, relation.name),
    accessType: 'READ',
    description: `The ${relation.name} of a row`,
    run: async (owner, args) => {
      const row = await one(relation, runtime, owner).get(undefined, wireOptions(args))
      if (row !== null && row !== undefined) return presentTarget(relation, runtime, row)
      if (!target.profile.compat['D-4.9-23']) throw emptyRelation(target)
      return row === null ? null : {}
    },
  }
}

function emptyRelation(target: Model): Error {
  return notFound('MODEL_NOT_FOUND', `No "${target.name}" instance(s) found`)
}

function childMethods(
  relation: Relation,
  runtime: () => ModelRuntime,
  target: Model,
): readonly RelationMethod[] {
  const shape = { path: '', accessType: 'WRITE' as const }
  return [
    {
      ...shape,
      operation: 'get',
      verb: 'get',
      accepts: [refreshArgument],
      returns: rowResult(target, relation.name),
      accessType: 'READ',
      description: `The ${relation.name} of a row`,
      run: async (owner, args) => {
        const row = await one(relation, runtime, owner).get(undefined, wireOptions(args))
        if (row === null || row === undefined) throw emptyRelation(target)
        return presentTarget(relation, runtime, row)
      },
    },
    {
      ...shape,
      operation: 'create',
      verb: 'post',
      accepts: [dataArgument(target)],
      returns: rowResult(target),
      description: `Creates the ${relation.name} of a row`,
      run: async (owner, args) => {
        const row = await one(relation, runtime, owner).create(args['data'], wireOptions(args))
        return presentTarget(relation, runtime, row)
      },
    },
    {
      ...shape,
      operation: 'update',
      verb: 'put',
      accepts: [dataArgument(target)],
      returns: rowResult(target),
      description: `Patches the ${relation.name} of a row`,
      run: async (owner, args) => {
        const row = await one(relation, runtime, owner).update(args['data'], wireOptions(args))
        return presentTarget(relation, runtime, row)
      },
    },
    {
      ...shape,
      operation: 'destroy',
      verb: 'delete',
      accepts: [],
      description: `Deletes the ${relation.name} of a row`,
      run: (owner, args) => one(relation, runtime, owner).destroy(wireOptions(args)),
    },
  ]
}
