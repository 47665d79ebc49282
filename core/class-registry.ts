import type { AppOptions, MethodsByClass, ModelConfig } from './app-options.ts'
import type { ClassSource } from './build-catalog.ts'
import type { DataLayer } from './data/data-layer.ts'
import { methodsOfModel, sharedCtorOfModel } from './data/persisted-methods.ts'
import { invalidArgument } from './error/remote-error.ts'
import { SharedClassBuilder, type SharedClassDefinition } from './method/shared-class.ts'
import type { TypeDeclaration } from './method/wire-type.ts'
import type { ModelDefinitions } from './model/define-model.ts'
import type { Model } from './model/model.ts'

type Options = AppOptions<ModelDefinitions, MethodsByClass>

/** The classes of an application while they are described: those of its models, its methods, `classes` and `exports`. */
export class ClassRegistry {
  readonly #options: Options
  readonly #builders = new Map<string, SharedClassBuilder>()
  readonly #removed = new Set<string>()

  constructor(options: Options) {
    this.#options = options
    for (const name of classNames(options)) this.classOf(name)
  }

  /** The builder of a class, made on first mention. */
  classOf(name: string): SharedClassBuilder {
    let builder = this.#builders.get(name)
    if (builder === undefined) {
      builder = new SharedClassBuilder(name, definitionOf(this.#options, name))
      this.#builders.set(name, builder)
      this.#removed.delete(name)
    }
    return builder
  }

  remove(name: string): void {
    this.#builders.delete(name)
    this.#removed.add(name)
  }

  /** Adds to the class of every public model what follows from the model. */
  declareModels(models: ReadonlyMap<string, Model>, data: DataLayer): void {
    for (const model of models.values()) {
      if (!model.isPublic || this.#removed.has(model.name)) continue
      this.classOf(model.name).declareDerived(methodsOfModel(model, data))
    }
  }

  /** What the catalog is built from; classes of models that are not public are left out. */
  *sources(models: ReadonlyMap<string, Model>, data: DataLayer): Generator<ClassSource> {
    for (const builder of this.#builders.values()) {
      const model = models.get(builder.name)
      if (model !== undefined && !model.isPublic) continue
      yield {
        builder,
        model,
        sharedCtor: builder.sharedCtor ?? (model && sharedCtorOfModel(model, data)),
        defaultPath: model?.path ?? `/${builder.name}`,
        idType: model === undefined ? undefined : idTypeOf(model),
      }
    }
  }
}

function classNames(options: Options): ReadonlySet<string> {
  return new Set([
    ...Object.keys(options.remoting?.['exports'] ?? {}),
    ...Object.keys(options.models ?? {}),
    ...Object.keys(options.methods ?? {}),
    ...Object.keys(options.classes ?? {}),
  ])
}

function definitionOf(options: Options, name: string): SharedClassDefinition {
  const given = options.classes?.[name] ?? exportedClass(options, name)
  if (typeof given !== 'object' || given === null) {
    throw invalidArgument(
      `classes.${name}: expected the description of a class, got ${typeof given}`,
    )
  }
  const remoting =
    options.modelConfig?.[name]?.remoting ??
    (options.models?.[name]?.settings['remoting'] as ModelConfig['remoting']) ??
    {} // same shape in both places
  return { ...remoting, ...given, methods: { ...options.methods?.[name], ...given.methods } }
}

/** A class of `remoting.exports`: its functions carry their own metadata. Source: remoting M-2. */
function exportedClass(options: Options, name: string): SharedClassDefinition {
  const exported = options.remoting?.['exports'] as Readonly<Record<string, object>> | undefined // checked when discovered
  const from = exported?.[name]
  return from === undefined ? {} : { from }
}

/** What type `id` stands for in a model's class: the type of its key, text for composite keys. */
function idTypeOf(model: Model): TypeDeclaration | undefined {
  const only = model.id[0]
  if (model.id.length !== 1 || only === undefined) return 'string'
  switch (only.type.kind) {
    case 'number':
    case 'integer':
      return 'number'
    default:
      return 'string'
  }
}
