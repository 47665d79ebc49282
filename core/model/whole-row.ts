import type { PropertyPlan } from './coerce-type.ts'
import type { Model, Row } from './model.ts'
import type { PropertyType } from './property.ts'

/** Test of one given value: `true` says conversion and schema would pass it on unchanged, `false` says nothing. */
type Accepts = (value: unknown) => boolean

/** A property as the quick way sees it. */
interface Column {
  readonly name: string
  readonly accepts: Accepts
  /** A missing value is filled in, or a failure. */
  readonly isNeeded: boolean
}

/**
 * Compiles a test for data that is a whole row already: declared keys in declared order, flat values every conversion and
 * schema passes on, and no missing value that would be filled in or refused. A copy of such data is what converting it gives, and it
 * holds no key that has to be refused. Most rows clients send are of this kind. `undefined` for models with properties that never are.
 */
export function compileWholeTest(
  plans: readonly PropertyPlan[],
): ((data: Readonly<Row>) => boolean) | undefined {
  const columns: Column[] = []
  for (const plan of plans) {
    if (plan.name.startsWith('$')) return undefined
    columns.push({
      name: plan.name,
      accepts: acceptsOf(plan),
      isNeeded: plan.fallback !== undefined || plan.fillsMissing || plan.property.required,
    })
  }
  return (data) => isWhole(data, columns)
}

function isWhole(data: Readonly<Row>, columns: readonly Column[]): boolean {
  if (Object.getPrototypeOf(data) !== Object.prototype) return false
  let position = 0
  for (const key in data) {
    let column = columns[position++]
    while (column !== undefined && column.name !== key) {
      if (column.isNeeded) return false
      column = columns[position++]
    }
    if (column === undefined || !column.accepts(data[key])) return false
  }
  for (; position < columns.length; position++) if (columns[position]?.isNeeded) return false
  return true
}

function acceptsOf({ property, passes, isGeneratedId }: PropertyPlan): Accepts {
  const converted = unchangedBy(property.type)
  if (converted === undefined || isGeneratedId) return never
  if (property.schema === undefined) return converted
  return passes === undefined ? never : (value) => converted(value) && passes(value)
}

const never: Accepts = () => false

/** Values the conversions of both profiles leave alone. */
function unchangedBy({ kind }: PropertyType): Accepts | undefined {
  switch (kind) {
    case 'string':
    case 'text':
      return (value) => typeof value === 'string'
    case 'number':
      return Number.isFinite
    case 'integer':
      return Number.isSafeInteger
    case 'boolean':
      return (value) => typeof value === 'boolean'
    default:
      return undefined
  }
}

/**
 * A whole row fulfils every validation of the model: those its properties imply, where a schema decides what is blank, and
 * the one against given keys, because no whole row has a generated one.
 */
export function areImplied({ properties, validations }: Model): boolean {
  return validations.every(({ kind, property: name, allowBlank }) => {
    const property = properties.get(name)
    if (kind === 'absence') return property?.generated === true
    if (kind === 'date') return property?.type.kind === 'date'
    return kind === 'presence' && allowBlank === true && property?.required === true
  })
}
