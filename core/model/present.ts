import type { Model, Row } from './model.ts'
import { compileChanges, presentList, removed } from './present-value.ts'
import type { Relation } from './relation.ts'

/** Turns rows into what clients may see. */
export interface Presenter {
  /** {@link Presenter.present} gives every row back as it is. */
  readonly isTransparent: boolean
  /** The row as top-level value: hidden properties removed. The same object where nothing is to change. Source: data D-1.6-1. */
  present(row: Row): Row
  /** The row as value inside another one: hidden and protected properties removed. Source: data D-1.6-2. */
  presentNested(row: Row): Row
}

/** Finds the presenter of a model. */
export type PresenterOf = (model: string) => Presenter | undefined

/** One member of a row that may have to change. */
interface Step {
  readonly name: string
  readonly change: (value: unknown, row: Row) => unknown
}

/**
 * Compiles the presenter of a model. `presenterOf` finds the presenters of related models; it is asked when a row
 * carries a related value, so models may refer to each other. Dates stay dates; values JSON cannot hold (big integers)
 * become text. **Source**: data 1.6, D-1.3-6, D-1.3-12, D-1.3-17.
 */
export function compilePresenter(model: Model, presenterOf: PresenterOf): Presenter {
  const steps = [...valueSteps(model, presenterOf), ...relationSteps(model, presenterOf)]
  const ownSteps = withSecrets(steps, model.hidden)
  return Object.freeze({
    isTransparent: ownSteps.length === 0,
    present: presentWith(ownSteps),
    presentNested: presentWith(withSecrets(steps, new Set([...model.hidden, ...model.protected]))),
  })
}

/** Compiles the presenters of all models. */
export function compilePresenters(
  models: ReadonlyMap<string, Model>,
): ReadonlyMap<string, Presenter> {
  const presenters = new Map<string, Presenter>()
  for (const model of models.values()) {
    presenters.set(
      model.name,
      compilePresenter(model, (name) => presenters.get(name)),
    )
  }
  return presenters
}

/** Names that are left out come first; nothing else happens to them. */
function withSecrets(steps: readonly Step[], names: ReadonlySet<string>): readonly Step[] {
  const secrets = [...names].map((name) => ({ name, change: () => removed }))
  return [...secrets, ...steps.filter(({ name }) => !names.has(name))]
}

function valueSteps(model: Model, presenterOf: PresenterOf): readonly Step[] {
  return compileChanges(model.properties, model.profile, presenterOf).map(({ name, change }) => ({
    name,
    change: (value: unknown) => (value === null ? null : change(value)),
  }))
}

/** Included rows are presented by the presenter of their own model. */
function relationSteps(model: Model, presenterOf: PresenterOf): readonly Step[] {
  return [...model.relations.values()]
    .filter(({ name }) => !model.properties.has(name))
    .map((relation) => {
      const targetOf = targetNaming(relation)
      const change = (value: unknown, row: Row) => {
        if (typeof value !== 'object' || value === null) return value
        const presenter = presenterOf(targetOf(row))
        if (presenter === undefined) return value
        return Array.isArray(value)
          ? presentList(value, (item) => presentItem(item, presenter))
          : presenter.presentNested(value as Row) // related values are rows
      }
      return { name: relation.name, change }
    })
}

function presentItem(item: unknown, presenter: Presenter): unknown {
  return typeof item === 'object' && item !== null ? presenter.presentNested(item as Row) : item // related values are rows
}

/** Which model a related value belongs to; a polymorphic belongsTo says so in each row. */
function targetNaming(relation: Relation): (row: Row) => string {
  const { polymorphic } = relation.settings
  if (relation.target !== '' || typeof polymorphic !== 'object' || polymorphic === null) {
    return () => relation.target
  }
  const discriminator = 'discriminator' in polymorphic ? String(polymorphic.discriminator) : ''
  return (row) => String(row[discriminator])
}

/** Runs the steps; the row is copied only when one of them changes something. */
function presentWith(steps: readonly Step[]): (row: Row) => Row {
  if (steps.length === 0) return (row) => row
  const byName: ReadonlyMap<string, Step> = new Map(steps.map((step) => [step.name, step]))
  return (row) => {
    for (const { name, change } of steps) {
      const value = row[name]
      if (value === undefined) continue
      const changed = change(value, row)
      if (changed !== value) return copyWith(row, name, changed, byName)
    }
    return row
  }
}

/** Copies a row in which `first` is known to change to `changed`. */
function copyWith(
  row: Row,
  first: string,
  changed: unknown,
  steps: ReadonlyMap<string, Step>,
): Row {
  const copy: Row = {}
  for (const key of Object.keys(row)) {
    const given = row[key]
    const step = key === first ? undefined : steps.get(key)
    const value =
      key === first
        ? changed
        : step === undefined || given === undefined
          ? given
          : step.change(given, row)
    if (value !== removed && key !== '__proto__') copy[key] = value
  }
  return copy
}
