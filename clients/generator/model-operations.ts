import type { ClassDescription } from './read-manifest.ts'

/** Operations of the client's `Model` by the shared method they call. */
const operations: Readonly<Record<string, string>> = {
  find: 'find',
  count: 'count',
  create: 'create',
  findOne: 'findOne',
  findById: 'findById',
  exists: 'exists',
  'prototype.patchAttributes': 'update',
  updateAll: 'updateAll',
  replaceById: 'replace',
  patchOrCreate: 'upsert',
  upsertWithWhere: 'upsertWithWhere',
  replaceOrCreate: 'replaceOrCreate',
  deleteById: 'delete',
  createChangeStream: 'watch',
}

/** Methods of relations and named scopes: `prototype.__get__books`, `__count__active`. */
const derived = /^(prototype\.)?__[a-zA-Z]+__./

/** A method's name without that of its class: `find`, `prototype.rename`. */
export function shortName(shared: ClassDescription, fullName: string): string {
  const prefix = `${shared.name}.`
  return fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName
}

/** The method follows from the model: clients have it in `Model`, not by its own name. */
export function isModelOperation(shared: ClassDescription, fullName: string): boolean {
  if (shared.model === undefined) return false
  const name = shortName(shared, fullName)
  return Object.hasOwn(operations, name) || derived.test(name)
}

/**
 * The documented operations of `Model` a class serves; `undefined` when it serves all of them, an empty list when none.
 */
export function servedOperations(shared: ClassDescription): readonly string[] | undefined {
  const documented = shared.methods.filter((method) => method.documented)
  const names = new Set(documented.map(({ name }) => shortName(shared, name)))
  const served = Object.keys(operations).filter((name) => names.has(name))
  if (served.length === Object.keys(operations).length) return undefined
  const offered = served.map((name) => operations[name] ?? name)
  if ([...names].some((name) => name.startsWith('prototype.__'))) offered.push('related')
  if ([...names].some((name) => name.startsWith('__'))) offered.push('scope')
  return offered
}
