import { invalidArgument } from '../error/remote-error.ts'
import type { Model, Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Property, ScalarKind } from '../model/property.ts'
import { parseFilter } from '../query/parse-filter.ts'
import { parseWhere } from '../query/where.ts'
import { observeAccessWhere } from './access.ts'
import { aggregateRows } from './aggregate-rows.ts'
import type { Aggregation } from './connector.ts'
import { collectRows } from './connector-queue.ts'
import { withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, type Operation, requireObject } from './operation.ts'
import { parseContextOf } from './query-guards.ts'
import { resolveRelated } from './related-where.ts'
import type { OperationOptions } from './repository-types.ts'

type Operations = Aggregation['values'][number]['operation']

const operations: readonly Operations[] = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max']

const keys: ReadonlySet<string> = new Set([
  'where',
  'groupBy',
  'having',
  'order',
  'limit',
  'skip',
  ...operations,
])

/**
 * Groups rows and computes over each group; by the engine where it can, else over the rows. Source: data 2.8.
 *
 * **Errors**: 400 for unknown keys, properties and aliases met twice.
 */
export async function aggregate(
  runtime: ModelRuntime,
  input: unknown,
  options: OperationOptions | undefined,
): Promise<Row[]> {
  const operation = beginOperation(runtime, options)
  const given = requireObject(input, 'aggregation')
  const parsed = parseAggregation(operation, given)
  const observed = await observeAccessWhere(operation, parsed.where)
  const where = await resolveRelated(operation, observed)
  const aggregation: Aggregation = { ...parsed, where }
  const { connector, connectorOptions } = operation
  if (connector.aggregate !== undefined) {
    return connector.aggregate(runtime.model, aggregation, connectorOptions)
  }
  const query = { ...runtime.everything, where, order: [] }
  const rows = await collectRows(connector.find(runtime.model, query, connectorOptions))
  return aggregateRows(rows, aggregation)
}

function parseAggregation(operation: Operation, given: Readonly<Row>): Aggregation {
  const { runtime } = operation
  const { model } = runtime
  const context = parseContextOf(operation, 'read')
  for (const key of Object.keys(given)) {
    if (!keys.has(key)) throw invalidArgument(`aggregate: unknown key "${key}"`)
  }
  const groupBy = readNames(given['groupBy'])
  const hides = context.options.prohibitHiddenPropertiesInQuery === true
  for (const name of groupBy) checkProperty(model, name, hides)
  const values = operations.flatMap((name) => readValues(model, name, given[name], hides))
  const where = parseWhere(model, given['where'], context)
  const resultModel = modelOfResult(model, groupBy, values)
  const shape = parseFilter(
    resultModel,
    { order: given['order'] ?? [], limit: given['limit'], skip: given['skip'] },
    context,
  )
  return {
    where: withinScope(runtime, where),
    groupBy,
    values,
    having: parseWhere(resultModel, given['having'], context),
    order: shape.order.map((entry) => ({
      name: entry.path.segments[0] ?? '',
      direction: entry.direction,
    })),
    limit: shape.limit,
    skip: shape.skip,
  }
}

function readNames(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  const names = Array.isArray(value) ? value : [value]
  return names.map((name) => {
    if (typeof name !== 'string')
      throw invalidArgument(`groupBy: expected text, got ${typeof name}`)
    return name
  })
}

function checkProperty(model: Model, name: string, hides: boolean): Property {
  const property = model.properties.get(name)
  if (property === undefined)
    throw invalidArgument(`aggregate: ${name} is not a property of ${model.name}`)
  if (hides && (property.hidden || model.hidden.has(name))) {
    throw invalidArgument(`aggregate: ${name} may not be queried`)
  }
  return property
}

/** `count: 'alias'`, or `{ alias: property }`. */
function readValues(
  model: Model,
  operation: Operations,
  given: unknown,
  hides: boolean,
): Aggregation['values'] {
  if (given === undefined || given === null) return []
  if (operation === 'count' && typeof given === 'string') return [{ alias: given, operation }]
  if (!isPlainObject(given)) throw invalidArgument(`aggregate: ${operation} must be an object`)
  return Object.entries(given).map(([alias, name]) => {
    if (typeof name !== 'string')
      throw invalidArgument(`aggregate: ${operation}.${alias} must name a property`)
    checkProperty(model, name, hides)
    return { alias, operation, property: name }
  })
}

/** A model of the result rows, so that `having` and `order` are read like any condition. */
function modelOfResult(
  model: Model,
  groupBy: readonly string[],
  values: Aggregation['values'],
): Model {
  const properties = new Map<string, Property>()
  for (const name of groupBy) properties.set(name, checkProperty(model, name, false))
  for (const value of values) {
    if (properties.has(value.alias) || value.alias === '__proto__') {
      throw invalidArgument(`aggregate: the alias "${value.alias}" is taken`)
    }
    properties.set(value.alias, aliasProperty(model, value))
  }
  return {
    ...model,
    properties,
    id: [],
    relations: new Map(),
    hidden: new Set(),
    protected: new Set(),
  }
}

function aliasProperty(model: Model, value: Aggregation['values'][number]): Property {
  const source = value.property === undefined ? undefined : model.properties.get(value.property)
  const keepsType = value.operation === 'min' || value.operation === 'max'
  const kind: ScalarKind = 'number'
  return {
    name: value.alias,
    type: keepsType && source !== undefined ? source.type : { kind },
    required: false,
    id: 0,
    generated: false,
    applyDefaultOnWrites: true,
    persistDefaultValues: true,
    hidden: false,
    protected: false,
    readOnly: false,
    settings: {},
  }
}
