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
  return streamOf(runtime, test, query.fields, signal)
}

async function* streamOf(
  runtime: ModelRuntime,
  test: RowTest | undefined,
  fields: readonly string[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<ChangeEvent, void, undefined> {
  const waiting: ChangeEvent[] = []
  const seen = new Set<string>()
  let wake: () => void = () => {}
  const stop = () => wake()
  const unsubscribe = runtime.changes.subscribe((change) => {
    for (const event of eventsOf(runtime, change, test, fields, seen)) waiting.push(event)
    if (waiting.length > maxWaiting) waiting.splice(0, waiting.length, { type: 'reset' })
    wake()
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

/** The events one change makes for one filter. `seen` holds ids of rows that matched. Source: framework F-8.2, F-8.3. */
function eventsOf(
  runtime: ModelRuntime,
  change: Change,
  test: RowTest | undefined,
  fields: readonly string[] | undefined,
  seen: Set<string>,
): ChangeEvent[] {
  if (change.after !== undefined) return rowEvent(runtime, change, change.after, test, fields, seen)
  const ids = change.ids ?? (change.id === undefined ? undefined : [change.id])
  if (change.type === 'remove') return removeEvents(runtime, change, ids, test, seen)
  if (test !== undefined) return []
  const shared = { type: change.type, ...dataOf(runtime, change.data, fields) }
  if (ids !== undefined) return ids.map((target) => ({ target, ...shared }))
  return [{ ...whereOf(change), ...shared }]
}

function rowEvent(
  runtime: ModelRuntime,
  change: Change,
  row: Readonly<Row>,
  test: RowTest | undefined,
  fields: readonly string[] | undefined,
  seen: Set<string>,
): ChangeEvent[] {
  if (test !== undefined) {
    if (!test(row)) return []
    seen.add(runtime.identity.keyOf(change.id))
  }
  return [{ target: change.id, ...dataOf(runtime, row, fields), type: change.type }]
}

function removeEvents(
  runtime: ModelRuntime,
  change: Change,
  ids: readonly unknown[] | undefined,
  test: RowTest | undefined,
  seen: Set<string>,
): ChangeEvent[] {
  if (ids === undefined) return test === undefined ? [{ ...whereOf(change), type: 'remove' }] : []
  const { before } = change
  const matched = ids.filter((id) => {
    const isSeen = seen.delete(runtime.identity.keyOf(id))
    return test === undefined || isSeen || (before !== undefined && test(before))
  })
  return matched.map((target) => ({ target, type: 'remove' }))
}

function whereOf(change: Change): { readonly where?: Readonly<Record<string, unknown>> } {
  return change.where === undefined ? {} : { where: change.where }
}

/** What clients may see of a row, narrowed to the fields asked for. */
function dataOf(
  runtime: ModelRuntime,
  row: Readonly<Row> | undefined,
  fields: readonly string[] | undefined,
): { readonly data?: Row } {
  if (row === undefined) return {}
  const shown = runtime.presenter.present({ ...row })
  if (fields === undefined) return { data: shown }
  return {
    data: Object.fromEntries(Object.entries(shown).filter(([name]) => fields.includes(name))),
  }
}
