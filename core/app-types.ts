import type { TypeConverter } from './method/wire-custom.ts'
import type { ObjectFactory } from './method/wire-object.ts'
import { createTypeRegistry, type TypeRegistry } from './method/wire-registry.ts'
import type { Model } from './model/model.ts'
import type { Profile } from './profile.ts'
import type { RemotingSettings } from './transport.ts'

/** A type of the application: a converter, or a factory for objects. */
export type CustomType = readonly [name: string, type: TypeConverter | ObjectFactory]

/** What the types of an application are made from. */
export interface AppTypesOptions {
  readonly profile: Profile
  readonly warn: (message: string) => void
  readonly models: ReadonlyMap<string, Model>
  readonly remoting: RemotingSettings
  readonly custom: readonly CustomType[]
}

/** Creates the types of an application: the built-in ones, its models, its own. */
export function createAppTypes(options: AppTypesOptions): TypeRegistry {
  const { profile, warn, models, remoting, custom } = options
  const settings = remoting['types'] as Readonly<Record<string, boolean>> | undefined // values are booleans or absent
  const delimiters = remoting.rest?.['arrayItemDelimiters']
  const types = createTypeRegistry({
    profile,
    warn,
    models: objectTypes(models),
    ...(settings?.['warnOnUnknownType'] === false ? { warnOnUnknownType: false } : {}),
    ...(settings?.['warnWhenOverridingType'] === false ? { warnWhenOverridingType: false } : {}),
    ...(delimiters === undefined
      ? {}
      : { arrayItemDelimiters: delimiters as string | RegExp | readonly string[] }), // checked by the registry
  })
  for (const entry of custom) registerType(types, entry)
  return types
}

/** Adds one type of the application. Source: remoting M-11, TY-8. */
export function registerType(types: TypeRegistry, [name, type]: CustomType): void {
  if (typeof type === 'function') types.defineObjectType(name, type)
  else types.define(name, type)
}

/** Every public model is an object type; rows are plain, so the factory only copies. Source: remoting TY-9. */
function objectTypes(models: ReadonlyMap<string, Model>): Readonly<Record<string, ObjectFactory>> {
  const names = [...models.values()].filter((model) => model.isPublic).map((model) => model.name)
  return Object.fromEntries(names.map((name) => [name, (data) => data]))
}
