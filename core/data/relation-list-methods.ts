import type { Model, Row } from '../model/model.ts'
import type { Relation } from '../model/relation.ts'
import {
  type Arguments,
  dataArgument,
  filterArgument,
  idArgument,
  presentRow,
  presentRows,
  rowResult,
  rowsResult,
  whereArgument,
  wireOptions,
} from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import {
  bulkForWire,
  many,
  presentTarget,
  type RelationMethod,
  targetRuntime,
} from './relation-method-parts.ts'

/** The operations of a to-many relation. Source: data 4.9, framework F-2.68, F-2.69. */
export function listMethods(
  relation: Relation,
  runtime: () => ModelRuntime,
  target: Model,
): readonly RelationMethod[] {
  return [
    ...itemMethods(relation, runtime, target),
    ...collectionMethods(relation, runtime, target),
  ]
}

function itemMethods(
  relation: Relation,
  runtime: () => ModelRuntime,
  target: Model,
): readonly RelationMethod[] {
  const fk = idArgument(target, 'fk')
  const idOf = (args: Arguments) => targetRuntime(relation, runtime).identity.fromPath(args['fk'])
  const items = (owner: Readonly<Row>) => many(relation, runtime, owner)
  return [
    {
      operation: 'findById',
      verb: 'get',
      path: '/:fk',
      accepts: [fk],
      returns: rowResult(target, 'result'),
      accessType: 'READ',
      description: `One of the ${relation.name}`,
      run: async (owner, args) => {
        const row = await items(owner).findById(idOf(args), wireOptions(args))
        return presentTarget(relation, runtime, row)
      },
    },
    {
      operation: 'destroyById',
      verb: 'delete',
      path: '/:fk',
      accepts: [fk],
      accessType: 'WRITE',
      description: `Deletes one of the ${relation.name}`,
      run: (owner, args) => items(owner).destroy(idOf(args), wireOptions(args)),
    },
    {
      operation: 'updateById',
      verb: 'put',
      path: '/:fk',
      accepts: [fk, dataArgument(target)],
      returns: rowResult(target, 'result'),
      accessType: 'WRITE',
      description: `Patches one of the ${relation.name}`,
      run: async (owner, args) => {
        const row = await items(owner).updateById(idOf(args), args['data'], wireOptions(args))
        return presentTarget(relation, runtime, row)
      },
    },
  ]
}

function collectionMethods(
  relation: Relation,
  runtime: () => ModelRuntime,
  target: Model,
): readonly RelationMethod[] {
  return [
    {
      operation: 'get',
      verb: 'get',
      path: '',
      accepts: [filterArgument],
      returns: rowsResult(target, relation.name),
      accessType: 'READ',
      description: `The ${relation.name} of a row`,
      run: async (owner, args) => {
        const rows = await many(relation, runtime, owner).find(args['filter'], wireOptions(args))
        return presentRows(targetRuntime(relation, runtime), rows)
      },
    },
    {
      operation: 'create',
      verb: 'post',
      path: '',
      accepts: [dataArgument(target, true)],
      returns: rowResult(target),
      accessType: 'WRITE',
      description: `Creates one or several ${relation.name}`,
      run: (owner, args) => createItems(relation, runtime, owner, args),
    },
    {
      operation: 'delete',
      verb: 'delete',
      path: '',
      accepts: [],
      accessType: 'WRITE',
      description: `Deletes all ${relation.name}`,
      run: (owner, args) => many(relation, runtime, owner).destroyAll(undefined, wireOptions(args)),
    },
    {
      operation: 'count',
      verb: 'get',
      path: '/count',
      accepts: [whereArgument],
      returns: { arg: 'count', type: 'number' },
      accessType: 'READ',
      description: `Counts the ${relation.name}`,
      run: (owner, args) => many(relation, runtime, owner).count(args['where'], wireOptions(args)),
    },
  ]
}

async function createItems(
  relation: Relation,
  runtime: () => ModelRuntime,
  owner: Readonly<Row>,
  args: Arguments,
): Promise<Row | Row[]> {
  const { data } = args
  const items = many(relation, runtime, owner)
  const target = targetRuntime(relation, runtime)
  if (!Array.isArray(data)) return presentRow(target, await items.create(data, wireOptions(args)))
  try {
    return presentRows(target, await items.create(data, wireOptions(args)))
  } catch (error) {
    throw bulkForWire(error, target.model)
  }
}
