import type { MethodSource } from '../method/compile-method.ts'
import type { Model, Row } from '../model/model.ts'
import { compileWhere, type RowTest } from '../query/evaluate-where.ts'
import { parseFilter } from '../query/parse-filter.ts'
import { invalidFilter } from '../query/query-error.ts'
import type { Change } from './change-feed.ts'
import { sharedMethod } from './method-parts.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { requireObject } from './operation.ts'
import { speaksOfRelated } from './related-where.ts'

/** One event of a change stream. Source: framework F-8.1. */
export interface ChangeEvent {
  /** Id of the row. */
  readonly target?: unknown
  readonly where?: Readonly<Record<string, unknown>>
  readonly data?: unknown
  readonly type: 'create' | 'update' | 'remove' | 'reset'
}

/** Events that wait for a slow consumer; more are replaced by one `reset`. Source: framework F-8.10. */
const maxWaiting = 1000

/** The shared method that streams changes of a model. Source: data D-2.4-12, framework F-2.16. */
export function changeStreamMethod(model: Model, runtime: () => ModelRuntime): MethodSource {
  return sharedMethod({
    name: 'createChangeStream',
    accepts: [{ arg: 'options', type: 'object', description: 'where and fields, as JSON' }],
    returns: { arg: 'changes', type: 'ReadableStream', json: true },
    http: [
      { verb: 'post', path: '/change-stream' },
      { verb: 'get', path: '/change-stream' },
    ],
    accessType: 'READ',
    isStatic: true,
    description: `Streams the changes of ${model.name}`,
    handler: (args, context) => changeStream(runtime(), args['options'], context.signal),
  })
}

/**
 * The changes of a model from now on, until the signal aborts or the consumer stops. `options` is a filter of which
 * `where` and `fields` count; hidden properties are never sent. Source: framework 8.
 */
export function changeStream(
  runtime: ModelRuntime,
  options: unknown,
  signal: AbortSignal,
): AsyncIterable<ChangeEvent> {
  const given = options === undefined || options === null ? {} : requireObject(options, 'options')
  const { model, contexts } = runtime
  const guarded = {
    ...contexts.read,
    inProcess: false,
    options: { ...contexts.read.options, prohibitHiddenPropertiesInQuery: true },
  }
  const query = parseFilter(model, { where: given['where'], fields: given['fields'] }, guarded)
  if (speaksOfRelated(query.where)) {
    throw invalidFilter('where', 'a change stream has no conditions on related models')
  }
  const test = query.where.kind === 'all' ? undefined : compileWhere(query.where)
  return streamOf({ runtime, test, fields: query.fields }, signal)
}

/** What one consumer sees of a model. */
interface View {
  readonly runtime: ModelRuntime
  /** `undefined`: every row. */
  readonly test: RowTest | undefined
  readonly fields: readonly string[] | undefined
}

async function* streamOf(
  view: View,
  signal: AbortSignal,
): AsyncGenerator<ChangeEvent, void, undefined> {
  const waiting: ChangeEvent[] = []
  let wake: () => void = () => {}
  const stop = () => wake()
  const listener = (change: Change) => {
    waiting.push(...eventsOf(view, change))
    if (waiting.length > maxWaiting) waiting.splice(0, waiting.length, { type: 'reset' })
    wake()
  }
  const unsubscribe = view.runtime.changes.subscribe(listener, {
    needsRows: view.test !== undefined,
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    while (!signal.aborted) {
      const event = waiting.shift()
      if (event !== undefined) yield event
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', stop)
  }
}

/** The events one change makes for one view. */
function eventsOf(view: View, change: Change): ChangeEvent[] {
  return view.test === undefined ? allEvents(view, change) : chosenEvents(view, view.test, change)
}

/** Every change: one event per id where they are known. Source: framework F-8.2. */
function allEvents(view: View, change: Change): ChangeEvent[] {
  const { type, id, after } = change
  const shared = type === 'remove' ? { type } : { type, ...dataOf(view, after ?? change.data) }
  if (after !== undefined) return [{ target: id, ...shared }]
  const ids = change.ids ?? (id === undefined ? undefined : [id])
  if (ids !== undefined) return ids.map((target) => ({ target, ...shared }))
  return [{ ...whereOf(change), ...shared }]
}

/**
 * What a change means for the rows of a condition: one that matches is told with its data, one that no longer does is
 * removed, whatever the change was. Where the rows are unknown the consumer has to read again. Source: framework F-8.3.
 */
function chosenEvents(view: View, test: RowTest, change: Change): ChangeEvent[] {
  const { rows, type, after } = change
  if (rows === undefined) return [{ type: 'reset' }]
  return rows.flatMap((row): ChangeEvent[] => {
    const target = row.id
    if (row.after !== undefined && test(row.after)) {
      return [{ target, type, ...dataOf(view, after ?? row.after) }]
    }
    return row.before !== undefined && test(row.before) ? [{ target, type: 'remove' }] : []
  })
}

function whereOf(change: Change): { readonly where?: Readonly<Record<string, unknown>> } {
  return change.where === undefined ? {} : { where: change.where }
}

/** What clients may see of a row, narrowed to the fields asked for. */
function dataOf(
  { runtime, fields }: View,
  row: Readonly<Row> | undefined,
): { readonly data?: Row } {
  if (row === undefined) return {}
  const shown = runtime.presenter.present({ ...row })
  if (fields === undefined) return { data: shown }
  return {
    data: Object.fromEntries(Object.entries(shown).filter(([name]) => fields.includes(name))),
  }
}
