import { invalidArgument } from '../error/remote-error.ts'
import type { MethodSource } from './compile-method.ts'
import type { CallContext } from './context.ts'
import { discoverCtor, discoverMethods } from './discover.ts'
import type { SharedMethodDefinition } from './shared-method.ts'

/** A method ready to be published under the name of its key. */
export interface SharedMethodValue<Args = never, Context = never, Result = unknown> {
  readonly definition: SharedMethodDefinition
  readonly handler: (args: Args, context: Context) => Result
}

/** Adds a lazily computed method to a class. Source: remoting C-10. */
export type DefineMethod = (
  name: string,
  definition: SharedMethodDefinition,
  handler: (args: never, context: CallContext<never>) => unknown,
) => void

/** How a class without a model is published, and what a model's class may add. Source: remoting 1.2. */
export interface SharedClassDefinition {
  /** @default `{ path: '/' + name }` */
  readonly http?: { readonly path?: string } | readonly { readonly path?: string }[]
  /** Overrides `rest.normalizeHttpPath`. */
  readonly normalizeHttpPath?: boolean
  readonly methods?: Readonly<Record<string, SharedMethodValue>>
  /** A class (or object) whose functions are marked `shared: true` with LoopBack's metadata. Source: remoting C-5. */
  readonly from?: object
  /** Loads the instance for prototype methods. */
  readonly sharedCtor?: SharedMethodValue
  /** Only the methods these names and globs name are shared. Source: remoting C-15. */
  readonly expose?: readonly string[]
  /** Switches methods on and off by name or glob. Source: remoting C-14. */
  readonly sharedMethods?: Readonly<Record<string, boolean>>
  /** Called on every rebuild of the catalog. */
  readonly resolve?: (define: DefineMethod) => void
}

/** What {@link SharedClassBuilder.sources} lists. */
export interface SourceOptions {
  /** Lists disabled and unshared methods too. Source: remoting C-13. */
  readonly includeDisabled?: boolean
  /** `remoting.sharedMethods` of the application; those of the class win. */
  readonly sharedMethods?: Readonly<Record<string, boolean>> | undefined
  /** `loopback3`: globs match anywhere in the name. */
  readonly unanchored: boolean
  readonly warn: (message: string) => void
}

/**
 * A class while it is being described; compiled into a frozen `SharedClass` by the catalog.
 *
 * **Order** of its methods: statics, prototype, resolved, defined. Source: remoting C-7.
 */
export class SharedClassBuilder {
  readonly name: string
  readonly definition: SharedClassDefinition
  readonly #declared: MethodSource[] = []
  /** Where in {@link #declared} stands what follows from the model. */
  #derived: { readonly start: number; readonly count: number } | undefined
  readonly #defined: MethodSource[] = []
  readonly #resolvers: ((define: DefineMethod) => void)[] = []
  readonly #disabled = new Set<string>()
  readonly #warnings: string[] = []
  /** Loads instances; `undefined` where the class has statics only. */
  readonly sharedCtor: MethodSource | undefined

  constructor(name: string, definition: SharedClassDefinition = {}) {
    if (typeof name !== 'string' || name === '')
      throw invalidArgument('a shared class needs a name')
    checkShape(name, definition)
    this.name = name
    this.definition = definition
    const { from, sharedCtor } = definition
    if (from !== undefined) this.declare(discoverMethods(from, (text) => this.#warnings.push(text)))
    this.sharedCtor =
      sharedCtor === undefined
        ? from && discoverCtor(from)
        : { name: 'sharedCtor', definition: sharedCtor.definition, handler: sharedCtor.handler }
    this.declare(
      Object.entries(definition.methods ?? {}).map(([method, value]) => ({
        name: method,
        definition: value.definition,
        handler: value.handler,
      })),
    )
    if (definition.resolve !== undefined) this.resolve(definition.resolve)
  }

  /** Adds methods found on the class itself (a model's own ones, discovered ones). */
  declare(sources: readonly MethodSource[]): this {
    this.#declared.push(...sources)
    return this
  }

  /** Adds the methods that follow from the class's model; those of another compilation take the place of the first. */
  declareDerived(sources: readonly MethodSource[]): this {
    const { start, count } = this.#derived ?? { start: this.#declared.length, count: 0 }
    this.#declared.splice(start, count, ...sources)
    this.#derived = { start, count: sources.length }
    return this
  }

  /** Adds one method; an instance method unless `isStatic` says so. Source: remoting C-8. */
  defineMethod(
    name: string,
    definition: SharedMethodDefinition,
    handler: (args: never, context: CallContext<never>) => unknown,
  ): this {
    this.#defined.push(definedMethod(name, definition, handler))
    return this
  }

  /** Adds methods computed on every rebuild. Source: remoting C-10. */
  resolve(resolver: (define: DefineMethod) => void): this {
    this.#resolvers.push(resolver)
    return this
  }

  /** Hides `m` or `prototype.m`, by name or alias, also before the method exists. Source: remoting C-11. */
  disableMethodByName(name: string): this {
    this.#disabled.add(name)
    return this
  }

  /** Every method described so far, in catalog order, disabled ones too. */
  all(): readonly MethodSource[] {
    const resolved: MethodSource[] = []
    for (const resolver of this.#resolvers) {
      resolver((name, definition, handler) =>
        resolved.push(definedMethod(name, definition, handler)),
      )
    }
    const declared = [...this.#declared].sort(
      (a, b) => Number(isPrototype(a)) - Number(isPrototype(b)),
    )
    return [...declared, ...resolved, ...this.#defined]
  }

  /** The methods to publish. **Errors**: a non-boolean in `sharedMethods`. */
  sources(options: SourceOptions): readonly MethodSource[] {
    const all = this.all()
    for (const text of this.#warnings) options.warn(`${this.name}: ${text}`)
    this.#warnAboutPairs(all, options.warn)
    if (options.includeDisabled === true) return all
    return all.filter((source) => this.#isShared(source, options))
  }

  #isShared(source: MethodSource, options: SourceOptions): boolean {
    const names = namesOf(source)
    if (names.some((name) => this.#disabled.has(name))) return false
    const { expose } = this.definition
    const exposed = expose?.some((pattern) =>
      names.some((name) => globMatches(pattern, name, false)),
    )
    const shared = exposed ?? source.definition.shared !== false
    const primary = names[0] ?? source.name
    const own = lookUp(this.definition.sharedMethods, `${this.name}.`, primary, options)
    const switched = own ?? lookUp(options.sharedMethods, `${this.name}.`, primary, options)
    if (switched === undefined) return shared
    return switched && (exposed ?? true)
  }

  #warnAboutPairs(all: readonly MethodSource[], warn: (message: string) => void): void {
    const seen = new Set<string>()
    for (const source of all) {
      const name = namesOf(source)[0] ?? source.name
      if (seen.has(name)) warn(`${this.name}.${name} is defined twice; both are published`)
      seen.add(name)
    }
  }
}

/** Classes and methods are told by their shape, so that definitions of another copy fit. Source: remoting M-3. */
function checkShape(name: string, definition: SharedClassDefinition): void {
  if (!isRecord(definition)) throw invalidArgument(`class "${name}": expected a class definition`)
  const methods = Object.entries(definition.methods ?? {})
  if (definition.sharedCtor !== undefined) methods.push(['sharedCtor', definition.sharedCtor])
  for (const [key, value] of methods) {
    if (isRecord(value) && isRecord(value.definition) && typeof value.handler === 'function')
      continue
    throw invalidArgument(`${name}.${key}: expected a method: { definition, handler }`)
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function definedMethod(
  name: string,
  definition: SharedMethodDefinition,
  handler: MethodSource['handler'],
): MethodSource {
  if (name.startsWith('prototype.')) {
    throw invalidArgument(
      `"${name}": name the method without "prototype." and state isStatic: false`,
    )
  }
  return { name, definition: { ...definition, isStatic: definition.isStatic === true }, handler }
}

function isPrototype(source: MethodSource): boolean {
  return source.definition.isStatic === false
}

/** Names a method answers to in `disable` and `sharedMethods`: the primary one first, then its aliases. */
function namesOf(source: MethodSource): readonly string[] {
  const prefix = isPrototype(source) ? 'prototype.' : ''
  return [source.name, ...(source.definition.aliases ?? [])].map((name) => prefix + name)
}

/** Exact key first, then globs; the last glob that matches decides. Source: remoting C-14. */
function lookUp(
  map: Readonly<Record<string, boolean>> | undefined,
  owner: string,
  name: string,
  options: SourceOptions,
): boolean | undefined {
  if (map === undefined) return undefined
  let found: boolean | undefined
  for (const [pattern, value] of Object.entries(map)) {
    if (typeof value !== 'boolean') {
      throw new TypeError(`sharedMethods["${pattern}"]: Expected boolean, got ${typeof value}`)
    }
    if (pattern === name) return value
    if (!pattern.includes('*') || !globMatches(pattern, name, options.unanchored)) continue
    found = value
    if (!globMatches(pattern, name, false)) {
      options.warn(
        `sharedMethods["${pattern}"] matches ${owner}${name} only because it is not anchored`,
      )
    }
  }
  return found
}

function globMatches(pattern: string, name: string, unanchored: boolean): boolean {
  const source = pattern
    .split(/\*+/)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')
  return new RegExp(unanchored ? source : `^${source}$`).test(name)
}
