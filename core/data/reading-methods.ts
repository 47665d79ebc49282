import { remoteError } from '../error/remote-error.ts'
import type { MethodSource } from '../method/compile-method.ts'
import type { CallContext } from '../method/context.ts'
import type { Model, Row } from '../model/model.ts'
import { unknownId } from './data-error.ts'
import {
  type Arguments,
  filterArgument,
  idArgument,
  presentRow,
  presentRows,
  rowResult,
  rowsResult,
  sharedMethod,
  wireOptions,
} from './method-parts.ts'
import type { Subject } from './subject.ts'

/** Methods that read. Source: framework F-2.7, F-2.8, F-2.10, F-2.11. */
export function readingMethods(subject: Subject): MethodSource[] {
  const { model } = subject
  const id = idArgument(model)
  const idOf = (args: Arguments) => subject.runtime().identity.fromPath(args['id'])
  return [
    sharedMethod({
      name: 'exists',
      accepts: [id],
      returns: { arg: 'exists', type: 'boolean' },
      http: [
        { verb: 'get', path: '/:id/exists' },
        { verb: 'head', path: '/:id' },
      ],
      accessType: 'READ',
      isStatic: true,
      description: 'Whether a row exists',
      handler: async (args, context) => {
        const found = await subject.rows().exists(idOf(args), wireOptions(args))
        if (!found && context.request?.method === 'HEAD') throw unknownId(model.name, args['id'])
        return found
      },
    }),
    sharedMethod({
      name: 'findById',
      accepts: [id, filterArgument],
      returns: rowResult(model),
      http: { verb: 'get', path: '/:id' },
      accessType: 'READ',
      isStatic: true,
      description: 'Finds a row by its id',
      handler: async (args) => {
        const row = await subject.rows().findById(idOf(args), args['filter'], wireOptions(args))
        if (row === null) throw unknownId(model.name, args['id'])
        return presentRow(subject.runtime(), row)
      },
    }),
    sharedMethod({
      name: 'find',
      accepts: [filterArgument],
      returns: rowsResult(model),
      http: { verb: 'get', path: '/' },
      accessType: 'READ',
      isStatic: true,
      description: 'Finds rows',
      handler: (args, context) => findForWire(subject, args, context),
    }),
    sharedMethod({
      name: 'findOne',
      accepts: [filterArgument],
      returns: rowResult(model),
      http: { verb: 'get', path: '/findOne' },
      accessType: 'READ',
      isStatic: true,
      description: 'Finds the first match',
      handler: async (args) => {
        const row = await subject.rows().findOne(args['filter'], wireOptions(args))
        if (row === null) throw noMatch(model)
        return presentRow(subject.runtime(), row)
      },
    }),
  ]
}

/** With `count: true` in the filter, or by setting, the total travels in a header. Source: framework F-2.19. */
async function findForWire(
  subject: Subject,
  args: Arguments,
  context: CallContext,
): Promise<Row[]> {
  const { filter } = args
  const options = wireOptions(args)
  const rows = await subject.rows().find(filter, options)
  if (wantsTotal(subject.model, filter)) {
    const where =
      typeof filter === 'object' && filter !== null && 'where' in filter ? filter.where : undefined
    context.response?.set('X-Total-Count', String(await subject.rows().count(where, options)))
  }
  return presentRows(subject.runtime(), rows)
}

function wantsTotal(model: Model, filter: unknown): boolean {
  const asked =
    typeof filter === 'object' &&
    filter !== null &&
    'count' in filter &&
    (filter.count === true || filter.count === 'true')
  if (asked) return true
  const { remoting } = model.settings
  return (
    typeof remoting === 'object' &&
    remoting !== null &&
    'totalCount' in remoting &&
    remoting.totalCount === true
  )
}

/** Source: data D-2.3-16, framework F-2.41. */
function noMatch(model: Model): Error {
  return model.profile.compat['D-2.3-16']
    ? unknownId(model.name, undefined)
    : remoteError('MODEL_NOT_FOUND', `No "${model.name}" instance matches the filter.`)
}
