import type { MethodSource } from './compile-method.ts'
import type { SharedMethodDefinition } from './shared-method.ts'

/** A function with LoopBack's metadata hung on it. */
type MarkedFunction = ((...values: unknown[]) => unknown) & Partial<SharedMethodDefinition>

/** What a class, or a plain object, with functions marked `shared` may say about itself. */
interface MarkedClass {
  readonly name?: string
  readonly remoteNamespace?: string
  readonly http?: { readonly path?: string } | readonly { readonly path?: string }[]
  readonly sharedCtor?: unknown
  readonly prototype?: object
}

interface Found {
  readonly name: string
  readonly aliases: string[]
  readonly run: MarkedFunction
  readonly isStatic: boolean
}

/**
 * Reads a class (or a plain object) whose functions carry LoopBack's metadata (`shared: true`, `accepts`, `returns`,
 * `http`). Enumerable properties, inherited ones included, of the class and then of its prototype; the same function
 * under several keys is one method with aliases. Source: remoting C-5, C-6.
 *
 * Native arguments arrive in accepts order, `this` is the class or the instance. Source: remoting I-1, I-2.
 */
export function discoverMethods(
  owner: object,
  warn: (message: string) => void,
): readonly MethodSource[] {
  const found = new Map<MarkedFunction, Found>()
  collect(owner, true, found, warn)
  const { prototype } = owner as MarkedClass // every member is optional
  if (prototype !== undefined) collect(prototype, false, found, warn)
  return [...found.values()].map((entry) => sourceOf(owner, entry))
}

function collect(
  target: object,
  isStatic: boolean,
  found: Map<MarkedFunction, Found>,
  warn: (message: string) => void,
): void {
  for (const name in target) {
    const run = readProperty(target, name)
    if (typeof run !== 'function' || name === 'super_' || name === 'sharedCtor') continue
    const marked = run as MarkedFunction // metadata is checked below
    if (!marked.shared || 'modelName' in marked) continue
    const known = found.get(marked)
    if (known === undefined) found.set(marked, { name, aliases: [], run: marked, isStatic })
    else if (known.isStatic === isStatic) known.aliases.push(name)
    else
      warn(`"${name}" stands on the class and on its prototype; only the static method is shared`)
  }
}

/** `undefined` where the getter throws. */
function readProperty(target: object, name: string): unknown {
  try {
    return (target as Readonly<Record<string, unknown>>)[name]
  } catch {
    return undefined
  }
}

/** The instance loader of a class. Source: remoting C-4. */
export function discoverCtor(owner: object): MethodSource | undefined {
  const run = (owner as MarkedClass).sharedCtor // every member is optional
  if (typeof run !== 'function') return undefined
  return sourceOf(owner, {
    name: 'sharedCtor',
    aliases: [],
    run: run as MarkedFunction,
    isStatic: true,
  }) // metadata is optional
}

function sourceOf(owner: object, { name, aliases, run, isStatic }: Found): MethodSource {
  const definition: SharedMethodDefinition = { ...descriptionOf(run), isStatic, aliases }
  return { name, definition, owner, handler: positional(owner, run) }
}

/** The metadata that stands on a function. */
export function descriptionOf(run: object): SharedMethodDefinition {
  const { accepts, returns, errors, http, description, notes, documented, accessType, rest } =
    run as MarkedFunction // every member is optional
  return Object.fromEntries(
    Object.entries({
      accepts,
      returns,
      errors,
      http,
      description,
      notes,
      documented,
      accessType,
      rest,
    }).filter(([, value]) => value !== undefined),
  )
}

/** Calls a function with positional arguments. The parameters of the compiled method keep accepts order. */
function positional(owner: object, run: MarkedFunction): MethodSource['handler'] {
  return (args: Readonly<Record<string, unknown>>, context: { readonly instance?: unknown }) =>
    run.apply(context.instance ?? owner, Object.values(args))
}

/** The paths a marked class names. Source: remoting C-2. */
export function pathsOfMarked(owner: object): MarkedClass['http'] {
  return (owner as MarkedClass).http // every member is optional
}
