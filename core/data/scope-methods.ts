import type { MethodSource } from '../method/compile-method.ts'
import type { Model } from '../model/model.ts'
import {
  dataArgument,
  filterArgument,
  presentRow,
  presentRows,
  rowResult,
  rowsResult,
  sharedMethod,
  whereArgument,
  wireOptions,
} from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { namedScope } from './named-scope.ts'
import { bulkForWire } from './relation-method-parts.ts'

/** The static methods of all named scopes of a model: `GET /active`, `GET /active/count`, … Source: data D-4.8-4, framework F-2.71. */
export function scopeMethods(model: Model, runtime: () => ModelRuntime): readonly MethodSource[] {
  return [...model.scopes.keys()].flatMap((name) => methodsOfScope(model, name, runtime))
}

function methodsOfScope(
  model: Model,
  name: string,
  runtime: () => ModelRuntime,
): readonly MethodSource[] {
  const rows = () => namedScope(runtime(), name)
  const path = `/${name}`
  return [
    sharedMethod({
      name: `__get__${name}`,
      accepts: [filterArgument],
      returns: rowsResult(model, name),
      http: { verb: 'get', path },
      accessType: 'READ',
      isStatic: true,
      description: `Rows of the scope ${name}`,
      handler: async (args) =>
        presentRows(runtime(), await rows().find(args['filter'], wireOptions(args))),
    }),
    sharedMethod({
      name: `__create__${name}`,
      accepts: [dataArgument(model, true)],
      returns: rowResult(model),
      http: { verb: 'post', path },
      accessType: 'WRITE',
      isStatic: true,
      description: `Creates a row of the scope ${name}`,
      handler: async (args) => {
        const { data } = args
        if (!Array.isArray(data)) {
          return presentRow(runtime(), await rows().create(data, wireOptions(args)))
        }
        try {
          return presentRows(runtime(), await rows().create(data, wireOptions(args)))
        } catch (error) {
          throw bulkForWire(error, model)
        }
      },
    }),
    sharedMethod({
      name: `__delete__${name}`,
      accepts: [],
      http: { verb: 'delete', path },
      accessType: 'WRITE',
      isStatic: true,
      description: `Deletes the rows of the scope ${name}`,
      handler: (args) => rows().destroyAll(undefined, wireOptions(args)),
    }),
    sharedMethod({
      name: `__count__${name}`,
      accepts: [whereArgument],
      returns: { arg: 'count', type: 'number' },
      http: { verb: 'get', path: `${path}/count` },
      accessType: 'READ',
      isStatic: true,
      description: `Counts the rows of the scope ${name}`,
      handler: (args) => rows().count(args['where'], wireOptions(args)),
    }),
  ]
}
