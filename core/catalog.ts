import type { SharedMethod } from './method/shared-method.ts'
import type { Model } from './model/model.ts'

/** A published class, frozen. */
export interface SharedClass {
  readonly name: string
  /** Paths below the mount point; more than one mounts every method under each. Source: remoting C-2. */
  readonly paths: readonly string[]
  /** Overrides `rest.normalizeHttpPath`. */
  readonly normalizeHttpPath: boolean | undefined
  /** Enabled methods: statics, prototype, resolved, defined; those of a model are compiled at first access. Source: remoting C-7. */
  readonly methods: readonly SharedMethod[]
  /** Loads instances for prototype methods. */
  readonly sharedCtor: SharedMethod | undefined
  readonly model: Model | undefined
}

/** Everything callable at one moment, frozen. A change makes a new catalog. */
export interface Catalog {
  readonly classes: readonly SharedClass[]
  /** By full name (`Book.find`). Compiles every class; {@link Catalog.find} compiles one. */
  readonly methods: ReadonlyMap<string, SharedMethod>
  /** The method of a full name, e.g. `Book.prototype.patchAttributes`. */
  find(fullName: string): SharedMethod | undefined
  /** Every model, public or not. */
  readonly models: ReadonlyMap<string, Model>
  /** The manifest: byte-stable JSON data that feeds every generator. */
  describe(): Manifest
}

/** JSON value of the manifest. */
export type ManifestValue =
  | string
  | number
  | boolean
  | null
  | readonly ManifestValue[]
  | { readonly [key: string]: ManifestValue }

/** JSON description of the catalog. Byte-stable: equal catalogs give equal text, whatever the order of registration. */
export interface Manifest {
  /** Version of the manifest's form. */
  readonly viaduct: 1
  readonly classes: readonly ManifestValue[]
  readonly models: readonly ManifestValue[]
}
