import { breaking, type Change, note } from './change.ts'
import { methodShape } from './method-shapes.ts'
import { isModelOperation } from './model-operations.ts'
import type { ClassDescription, MethodDescription, ReadManifest } from './read-manifest.ts'
import { isAssignable, type TypeShape } from './type-shape.ts'
import { typeText } from './type-text.ts'

/** A class with the manifest that has its models. */
interface ClassOf {
  readonly shared: ClassDescription
  readonly manifest: ReadManifest
}

/** What changed in the methods of one class. The types of a model's operations follow from the model. */
export function compareMethods(before: ClassOf, after: ClassOf): Change[] {
  const documented = ({ shared }: ClassOf) => shared.methods.filter((method) => method.documented)
  const [old, current] = [documented(before), documented(after)]
  return [
    ...old.flatMap((method) => {
      const next = current.find(({ name }) => name === method.name)
      if (next === undefined) return [breaking(method.name, 'the method was removed')]
      const routes = compareRoutes(method, next)
      if (isModelOperation(before.shared, method.name)) return routes
      return [
        ...routes,
        ...compareArguments(method, before, next, after),
        ...compareResults(method, before, next, after),
      ]
    }),
    ...current
      .filter(({ name }) => !old.some((method) => method.name === name))
      .map(({ name }) => note(name, 'the method is new')),
  ]
}

function compareRoutes(before: MethodDescription, after: MethodDescription): Change[] {
  const text = ({ verb, path }: MethodDescription['http'][number]) =>
    `${verb.toUpperCase()} ${path}`
  const isServed = (route: MethodDescription['http'][number], by: MethodDescription) =>
    by.http.some(({ verb, path }) => path === route.path && [route.verb, 'all'].includes(verb))
  return [
    ...before.http
      .filter((route) => !isServed(route, after))
      .map((route) => breaking(before.name, `the route ${text(route)} was removed`)),
    ...after.http
      .filter((route) => !isServed(route, before))
      .map((route) => note(before.name, `the route ${text(route)} is new`)),
  ]
}

function compareArguments(
  before: MethodDescription,
  beforeOf: ClassOf,
  after: MethodDescription,
  afterOf: ClassOf,
): Change[] {
  const place = before.name
  const old = methodShape(before, beforeOf.shared, beforeOf.manifest).args
  const current = methodShape(after, afterOf.shared, afterOf.manifest).args
  const sourceOf = (method: MethodDescription, wanted: string) =>
    method.accepts.find(({ name }) => name === wanted)?.source
  return [
    ...old.flatMap((argument): Change[] => {
      const { name } = argument
      const next = current.find((other) => other.name === name)
      if (next === undefined) return [breaking(place, `the argument ${name} was removed`)]
      const sources = [sourceOf(before, name), sourceOf(after, name)]
      return [
        ...(sources[0] === sources[1]
          ? []
          : [breaking(place, `the argument ${name} moved from ${sources[0]} to ${sources[1]}`)]),
        ...(argument.optional && !next.optional
          ? [breaking(place, `the argument ${name} is required now`)]
          : []),
        ...(!argument.optional && next.optional
          ? [note(place, `the argument ${name} is optional now`)]
          : []),
        ...compareSent(place, `the argument ${name}`, argument.type, next.type),
      ]
    }),
    ...current
      .filter(({ name }) => !old.some((argument) => argument.name === name))
      .map(({ name, optional }) =>
        optional
          ? note(place, `the optional argument ${name} is new`)
          : breaking(place, `the argument ${name} is new and required`),
      ),
  ]
}

function compareResults(
  before: MethodDescription,
  beforeOf: ClassOf,
  after: MethodDescription,
  afterOf: ClassOf,
): Change[] {
  const place = before.name
  const old = methodShape(before, beforeOf.shared, beforeOf.manifest)
  const current = methodShape(after, afterOf.shared, afterOf.manifest)
  if (old.streams !== current.streams) {
    const now = current.streams ? 'a stream' : 'one value'
    return [breaking(place, `the result is ${now} now`)]
  }
  return compareReceived(place, 'the result', old.result, current.result)
}

/** Values clients send: what was accepted must still be. */
export function compareSent(
  place: string,
  what: string,
  before: TypeShape,
  after: TypeShape,
): Change[] {
  return compareTypes(place, what, before, after, isAssignable(before, after))
}

/** Values clients receive: what comes must be what was promised. */
export function compareReceived(
  place: string,
  what: string,
  before: TypeShape,
  after: TypeShape,
): Change[] {
  return compareTypes(place, what, before, after, isAssignable(after, before))
}

function compareTypes(
  place: string,
  what: string,
  before: TypeShape,
  after: TypeShape,
  fits: boolean,
): Change[] {
  const [old, current] = [shapeText(before), shapeText(after)]
  if (old === current) return []
  const text = `${what} changed its type from ${old} to ${current}`
  return [fits ? note(place, text) : breaking(place, text)]
}

function shapeText(shape: TypeShape): string {
  return typeText(shape, (name) => name)
}
