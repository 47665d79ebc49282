import type { MethodSource } from '../method/compile-method.ts'
import type { HttpRoute } from '../method/shared-method.ts'
import type { Row } from '../model/model.ts'
import {
  type Arguments,
  countResult,
  dataArgument,
  idArgument,
  presentRow,
  presentRows,
  queryWhereArgument,
  rowResult,
  sharedMethod,
  whereArgument,
  wireOptions,
} from './method-parts.ts'
import { bulkForWire } from './relation-method-parts.ts'
import type { OperationOptions } from './repository-types.ts'
import { answerRow, replacesOnPut, requireWhere, routes, type Subject } from './subject.ts'

/** Methods that write one row, named by its data or its id. Source: framework F-2.3 … F-2.9. */
export function writingMethods(subject: Subject): MethodSource[] {
  const { model } = subject
  const put = (path: string): HttpRoute => ({ verb: 'put', path })
  const idOf = (args: Arguments) => subject.runtime().identity.fromPath(args['id'])
  return [
    sharedMethod({
      name: 'create',
      accepts: [dataArgument(model, true)],
      returns: rowResult(model),
      http: { verb: 'post', path: '/' },
      accessType: 'WRITE',
      isStatic: true,
      description: 'Creates a row, or several from a list',
      handler: (args) => createFromWire(subject, args),
    }),
    sharedMethod({
      name: 'patchOrCreate',
      aliases: ['upsert', 'updateOrCreate'],
      accepts: [dataArgument(model)],
      returns: rowResult(model),
      http: routes({ verb: 'patch', path: '/' }, replacesOnPut(model) ? undefined : put('/')),
      accessType: 'WRITE',
      isStatic: true,
      description: 'Patches the row with the id in the data, or creates it',
      handler: answerRow(subject, (args, rows) =>
        rows.updateOrCreate(args['data'], wireOptions(args)),
      ),
    }),
    sharedMethod({
      name: 'replaceOrCreate',
      accepts: [dataArgument(model)],
      returns: rowResult(model),
      http: routes(
        { verb: 'post', path: '/replaceOrCreate' },
        replacesOnPut(model) ? put('/') : undefined,
      ),
      accessType: 'WRITE',
      isStatic: true,
      description: 'Replaces the row with the id in the data, or creates it',
      handler: answerRow(subject, (args, rows) =>
        rows.replaceOrCreate(args['data'], wireOptions(args)),
      ),
    }),
    sharedMethod({
      name: 'upsertWithWhere',
      aliases: ['patchOrCreateWithWhere'],
      accepts: [queryWhereArgument, dataArgument(model)],
      returns: rowResult(model),
      http: { verb: 'post', path: '/upsertWithWhere' },
      accessType: 'WRITE',
      isStatic: true,
      description: 'Patches the one match, or creates a row',
      handler: answerRow(subject, (args, rows) =>
        rows.upsertWithWhere(
          requireWhere(args, 'upsertWithWhere'),
          args['data'],
          wireOptions(args),
        ),
      ),
    }),
    sharedMethod({
      name: 'replaceById',
      accepts: [idArgument(model), dataArgument(model)],
      returns: rowResult(model),
      http: routes(
        { verb: 'post', path: '/:id/replace' },
        replacesOnPut(model) ? put('/:id') : undefined,
      ),
      accessType: 'WRITE',
      isStatic: true,
      description: 'Replaces a row',
      handler: answerRow(subject, (args, rows) =>
        rows.replaceById(idOf(args), args['data'], wireOptions(args)),
      ),
    }),
  ]
}

function createFromWire(subject: Subject, args: Arguments): Promise<Row | Row[]> {
  const { data } = args
  const options = wireOptions(args)
  if (Array.isArray(data)) return createListFromWire(subject, data, options)
  const { presenter } = subject.runtime()
  const created = subject.rows().create(data, options)
  return presenter.isTransparent ? created : created.then(presenter.present)
}

async function createListFromWire(
  subject: Subject,
  data: readonly unknown[],
  options: OperationOptions,
): Promise<Row[]> {
  try {
    return presentRows(subject.runtime(), await subject.rows().create(data, options))
  } catch (error) {
    throw bulkForWire(error, subject.model)
  }
}

/** Methods that write or count many rows, and deleting by id. Source: framework F-2.12 … F-2.17. */
export function bulkMethods(subject: Subject): MethodSource[] {
  const { model } = subject
  return [
    sharedMethod({
      name: 'destroyAll',
      aliases: ['remove', 'deleteAll'],
      accepts: [whereArgument],
      returns: countResult,
      http: { verb: 'delete', path: '/' },
      accessType: 'WRITE',
      isStatic: true,
      shared: false,
      description: 'Deletes every match',
      handler: (args) => subject.rows().destroyAll(args['where'], wireOptions(args)),
    }),
    sharedMethod({
      name: 'updateAll',
      aliases: ['update'],
      accepts: [queryWhereArgument, dataArgument(model)],
      returns: countResult,
      http: { verb: 'post', path: '/update' },
      accessType: 'WRITE',
      isStatic: true,
      description: 'Patches every match',
      handler: async (args) =>
        subject
          .rows()
          .updateAll(requireWhere(args, 'updateAll'), args['data'] ?? {}, wireOptions(args)),
    }),
    sharedMethod({
      name: 'deleteById',
      aliases: ['destroyById', 'removeById'],
      accepts: [idArgument(model)],
      returns: countResult,
      http: { verb: 'delete', path: '/:id' },
      accessType: 'WRITE',
      isStatic: true,
      description: 'Deletes a row by its id',
      handler: async (args) => {
        const id = subject.runtime().identity.fromPath(args['id'])
        return subject.rows().deleteById(id, wireOptions(args))
      },
    }),
    sharedMethod({
      name: 'count',
      accepts: [whereArgument],
      returns: { arg: 'count', type: 'number' },
      http: { verb: 'get', path: '/count' },
      accessType: 'READ',
      isStatic: true,
      description: 'Counts the matches',
      handler: (args) => subject.rows().count(args['where'], wireOptions(args)),
    }),
  ]
}

/** The one method of a loaded row. Source: framework F-2.15. */
export function patchAttributes(subject: Subject): MethodSource {
  const { model } = subject
  const patch: HttpRoute = { verb: 'patch', path: '/' }
  return sharedMethod({
    name: 'patchAttributes',
    aliases: ['updateAttributes'],
    accepts: [dataArgument(model)],
    returns: rowResult(model),
    http: routes(patch, replacesOnPut(model) ? undefined : { verb: 'put', path: '/' }),
    accessType: 'WRITE',
    isStatic: false,
    description: 'Patches a row',
    handler: async (args, context) => {
      const row = await subject.rows().update(context.instance, args['data'], wireOptions(args))
      return presentRow(subject.runtime(), row)
    },
  })
}
