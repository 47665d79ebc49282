import type { Manifest, ManifestValue } from '../../core/spi.ts'
import type {
  ApiDescription,
  ArgumentPlace,
  ClassDescription,
  MethodDescription,
  ValueShape,
} from './description.ts'

type Entry = { readonly [key: string]: ManifestValue }

/**
 * Derives the run-time description of an application from its manifest (`app.describe()`). Methods with `documented: false` are
 * no part of it: a description is public, as the documents are.
 *
 * **Errors**: `TypeError` when it is no manifest of version 1. **Source**: remoting CL-4, CL-5.
 */
export function describeApi(manifest: Manifest): ApiDescription {
  if (manifest?.viaduct !== 1) throw new TypeError('describeApi: not a manifest of version 1')
  const shapes = modelShapes(manifest.models.map(entryOf))
  return {
    viaduct: 1,
    classes: fromPairs(
      manifest.classes
        .map(entryOf)
        .map((entry) => [textOf(entry['name']), describeClass(entry, shapes)]),
    ),
    models: fromPairs([...shapes]),
  }
}

function describeClass(entry: Entry, shapes: Shapes): ClassDescription {
  const ctor = entry['sharedCtor'] === undefined ? undefined : entryOf(entry['sharedCtor'])
  const instancePath = ctor && textOf(routeOf(ctor)['path'])
  const prefix = textOf(entry['name']).length + 1
  return {
    path: textOf(listOf(entry['paths'])[0]),
    ...(instancePath === undefined ? {} : { instancePath }),
    ...(entry['model'] === undefined ? {} : { isModel: true }),
    methods: fromPairs(
      listOf(entry['methods'])
        .map(entryOf)
        .filter(({ documented }) => documented !== false)
        .map((method) => [textOf(method['name']).slice(prefix), describeMethod(method, shapes)]),
    ),
  }
}

function describeMethod(method: Entry, shapes: Shapes): MethodDescription {
  const route = routeOf(method)
  const verb = verbs[textOf(route['verb'])] ?? textOf(route['verb'])
  const path = textOf(route['path'])
  const args = listOf(method['accepts'])
    .map(entryOf)
    .map((one) => [textOf(one['name']), placeOf(one, verb, path)] as const)
  const streams = method['streams'] === true
  const isIdempotent = method['accessType'] === 'READ' || idempotentVerbs.has(verb)
  const returns = listOf(method['returns']).map(entryOf)
  const result = resultShape(method, returns, shapes)
  return {
    verb,
    path,
    ...(args.length === 0 ? {} : { args: fromPairs(args) }),
    ...(streams ? { streams: true } : {}),
    ...(isIdempotent ? { isIdempotent: true } : {}),
    ...(returns.some(({ type, root }) => type === 'file' && root === true) ? { file: true } : {}),
    ...(result === undefined ? {} : { result }),
  }
}

const verbs: Readonly<Record<string, string>> = { all: 'post', del: 'delete' }
const idempotentVerbs = new Set(['get', 'head', 'put', 'delete'])
const namedPlaces: Readonly<Record<string, ArgumentPlace>> = {
  path: 'path',
  query: 'query',
  header: 'header',
  body: 'body',
  form: 'field',
  formData: 'field',
}

function placeOf(argument: Entry, verb: string, path: string): ArgumentPlace {
  const type = textOf(argument['type'])
  if (type === 'file' || type === '[file]') return 'file'
  const source = argument['source']
  if (typeof source === 'string') return namedPlaces[source] ?? 'field'
  if (path.split('/').includes(`:${textOf(argument['name'])}`)) return 'path'
  return verb === 'get' || verb === 'head' ? 'query' : 'field'
}

/** The first route is the one clients use. Source: remoting CL-4. */
function routeOf(method: Entry): Entry {
  return entryOf(listOf(method['http'])[0])
}

type Shapes = ReadonlyMap<string, ValueShape>

function resultShape(
  method: Entry,
  returns: readonly Entry[],
  shapes: Shapes,
): ValueShape | undefined {
  if (textOf(method['name']).endsWith('.createChangeStream')) {
    const name = textOf(method['name']).split('.')[0] ?? ''
    return shapes.has(name) ? { data: `#${name}` } : undefined
  }
  const bodies = returns.filter(({ target }) => target === undefined)
  const [only] = bodies
  if (isEntry(only?.['items'])) return shapeOfSchema(only['items'], shapes)
  if (only?.['root'] === true) return shapeOfReturn(only, shapes)
  return membersOf(bodies.map((one) => [textOf(one['name']), shapeOfReturn(one, shapes)]))
}

function shapeOfReturn(returned: Entry, shapes: Shapes): ValueShape | undefined {
  if (returned['schema'] !== undefined) return shapeOfSchema(entryOf(returned['schema']), shapes)
  return shapeOfName(textOf(returned['type']).replace(/^\[(.*)\]$/, '$1'), shapes)
}

function shapeOfName(name: string, shapes: Shapes): ValueShape | undefined {
  if (shapes.has(name)) return `#${name}`
  const kind = name.toLowerCase()
  if (kind === 'date') return 'date'
  return kind === 'buffer' || kind === 'binary' ? 'bytes' : undefined
}

/** Levels of a JSON Schema that are followed. */
const maxDepth = 16

/** By the manifest's own mark `x-type`: a text that only looks like a date stays a text. */
function shapeOfSchema(schema: Entry, shapes: Shapes, depth = 0): ValueShape | undefined {
  if (depth > maxDepth) return undefined
  const inner = (member: ManifestValue | undefined) =>
    shapeOfSchema(entryOf(member), shapes, depth + 1)
  if (typeof schema['x-type'] === 'string') return shapeOfName(schema['x-type'], shapes)
  if (isEntry(schema['items'])) return inner(schema['items'])
  if (isEntry(schema['properties'])) {
    const members = Object.entries(schema['properties'])
    return membersOf(members.map(([name, member]) => [name, inner(member)]))
  }
  const options = listOf(schema['anyOf']).map(inner)
  return options.find((shape) => shape !== undefined)
}

/** Shapes of the models' rows; relations are named only where they lead to a row that has a shape. */
function modelShapes(models: readonly Entry[]): Shapes {
  const own = new Map(models.map((model) => [textOf(model['name']), ownMembers(model)]))
  const needed = new Set([...own].flatMap(([name, members]) => (members.length > 0 ? [name] : [])))
  const relations = models.flatMap((model) =>
    listOf(model['relations']).map(
      (one) => ({ from: textOf(model['name']), ...entryOf(one) }) as Entry,
    ),
  )
  for (let size = -1; size !== needed.size; ) {
    size = needed.size
    for (const { from, target } of relations) {
      if (needed.has(textOf(target))) needed.add(textOf(from))
    }
  }
  return new Map(
    [...needed].map((name) => {
      const links = relations.filter(
        ({ from, target }) => from === name && needed.has(textOf(target)),
      )
      const related = links.map(
        (one) => [textOf(one['name']), `#${textOf(one['target'])}`] as const,
      )
      return [name, fromPairs<ValueShape>([...(own.get(name) ?? []), ...related])]
    }),
  )
}

type Member = readonly [name: string, shape: ValueShape]

/** Rows inside rows are not followed. */
const noShapes: Shapes = new Map()

function ownMembers(model: Entry): readonly Member[] {
  return listOf(model['properties'])
    .map(entryOf)
    .flatMap((property) => {
      const shape = isEntry(property['schema'])
        ? shapeOfSchema(property['schema'], noShapes)
        : shapeOfType(property['type'] ?? null)
      return shape === undefined ? [] : [[textOf(property['name']), shape] as const]
    })
}

/** A property's type: a name, a list of one type, or nested members. */
function shapeOfType(type: ManifestValue): ValueShape | undefined {
  if (typeof type === 'string') return shapeOfName(type, noShapes)
  if (Array.isArray(type)) return shapeOfType(listOf(type)[0] ?? null)
  if (!isEntry(type)) return undefined
  return membersOf(Object.entries(type).map(([name, member]) => [name, shapeOfType(member)]))
}

function membersOf(
  members: readonly (readonly [string, ValueShape | undefined])[],
): ValueShape | undefined {
  const known = members.filter((member): member is Member => member[1] !== undefined)
  return known.length === 0 ? undefined : fromPairs(known)
}

/** Own members only, whatever the names are. */
function fromPairs<T>(pairs: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(pairs)
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function entryOf(value: ManifestValue | undefined): Entry {
  return isEntry(value) ? value : {}
}

function listOf(value: ManifestValue | undefined): readonly ManifestValue[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: ManifestValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
