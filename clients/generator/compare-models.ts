import { breaking, type Change, note } from './change.ts'
import { compareReceived, compareSent } from './compare-methods.ts'
import { dataMembers, rowMembers, typeNames } from './model-shapes.ts'
import type { ModelDescription, ReadManifest } from './read-manifest.ts'
import type { Member } from './type-shape.ts'

/** What changed in the public models. */
export function compareModels(before: ReadManifest, after: ReadManifest): Change[] {
  return [
    ...before.models.flatMap((model) => {
      const next = after.models.find(({ name }) => name === model.name)
      if (next === undefined) return [breaking(model.name, 'the model was removed')]
      return [
        ...compareKeys(model, next),
        ...compareProperties(model, before, next, after),
        ...compareRelations(model, next),
      ]
    }),
    ...after.models
      .filter(({ name }) => !before.models.some((model) => model.name === name))
      .map(({ name }) => note(name, 'the model is new')),
  ]
}

function compareKeys(before: ModelDescription, after: ModelDescription): Change[] {
  const [old, current] = [before.id.join(', ') || 'none', after.id.join(', ') || 'none']
  return old === current ? [] : [breaking(before.name, `the key changed from ${old} to ${current}`)]
}

interface Sides {
  readonly row: Member
  readonly data: Member
}

function sidesOf(model: ModelDescription, manifest: ReadManifest): ReadonlyMap<string, Sides> {
  const rows = rowMembers(model, typeNames(manifest, model, 'received'))
  const names = typeNames(manifest, model, 'sent')
  return new Map(
    dataMembers(model, names).flatMap((data, index) => {
      const row = rows[index]
      return row === undefined ? [] : [[data.name, { row, data }]]
    }),
  )
}

function compareProperties(
  before: ModelDescription,
  beforeOf: ReadManifest,
  after: ModelDescription,
  afterOf: ReadManifest,
): Change[] {
  const [old, current] = [sidesOf(before, beforeOf), sidesOf(after, afterOf)]
  return [
    ...[...old].flatMap(([name, sides]) => {
      const place = `${before.name}.${name}`
      const next = current.get(name)
      return next === undefined
        ? [breaking(place, 'the property was removed')]
        : compareProperty(place, sides, next)
    }),
    ...[...current]
      .filter(([name]) => !old.has(name))
      .map(([name, { data }]) => {
        const place = `${before.name}.${name}`
        return data.optional
          ? note(place, 'the property is new')
          : breaking(place, 'the property is new and required')
      }),
  ]
}

function compareProperty(place: string, before: Sides, after: Sides): Change[] {
  const received = compareReceived(place, 'the property', before.row.type, after.row.type)
  const sent = compareSent(place, 'the property', before.data.type, after.data.type)
  const types = [...received, ...sent]
  const worst = types.find(({ kind }) => kind === 'breaking') ?? types[0]
  return [
    ...(before.data.optional && !after.data.optional
      ? [breaking(place, 'the property is required now')]
      : []),
    ...(!before.row.optional && after.row.optional
      ? [breaking(place, 'the property may be missing now')]
      : []),
    ...(!before.data.optional && after.data.optional && !after.row.optional
      ? [note(place, 'the property may be left out now')]
      : []),
    ...(worst === undefined ? [] : [worst]),
  ]
}

function compareRelations(before: ModelDescription, after: ModelDescription): Change[] {
  return [
    ...before.relations.flatMap((relation) => {
      const place = `${before.name}.${relation.name}`
      const next = after.relations.find(({ name }) => name === relation.name)
      if (next === undefined) return [breaking(place, 'the relation was removed')]
      if (next.many !== relation.many) {
        return [breaking(place, `the relation leads to ${next.many ? 'many rows' : 'one row'} now`)]
      }
      if (next.target === relation.target) return []
      return [breaking(place, `the relation leads to ${next.target} instead of ${relation.target}`)]
    }),
    ...after.relations
      .filter(({ name }) => !before.relations.some((relation) => relation.name === name))
      .map(({ name }) => note(`${before.name}.${name}`, 'the relation is new')),
  ]
}
