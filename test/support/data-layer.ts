import { memory } from 'viaduct/connectors/memory'
import type { Connector } from '../../core/data/connector.ts'
import { createDataLayer, type DataLayer } from '../../core/data/data-layer.ts'
import type { DataSourceSettings } from '../../core/data/data-source.ts'
import type { ModelRepository } from '../../core/data/repository.ts'
import { compileHooks, compileModels } from '../../core/model/compile-models.ts'
import { defineModel } from '../../core/model/define-model.ts'
import { type ProfileName, resolveProfile } from '../../core/profile.ts'

/** Definitions by model name, in the form `defineModel` takes. */
export type Definitions = Readonly<Record<string, Parameters<typeof defineModel>[1]>>

/** How a test's data layer differs from one memory data source named `db`. */
export interface LayerOptions {
  readonly profile?: ProfileName
  readonly connector?: Connector
  /** Further data sources, and which models live there. */
  readonly others?: Readonly<
    Record<string, { readonly connector: Connector; readonly models: readonly string[] }>
  >
  readonly settings?: Readonly<Record<string, DataSourceSettings>>
  readonly warnings?: string[]
  /** @default true */
  readonly opens?: boolean
}

/** An open data layer with its repositories by model name. */
export interface TestLayer {
  readonly layer: DataLayer
  readonly models: Readonly<Record<string, ModelRepository>>
}

/** Compiles definitions and opens a data layer over them. */
export async function openLayer(
  definitions: Definitions,
  options: LayerOptions = {},
): Promise<TestLayer> {
  const profile = resolveProfile(options.profile)
  const defined = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, defineModel(name, definition)]),
  )
  const others = Object.entries(options.others ?? {})
  const warn = (message: string) => void options.warnings?.push(message)
  const models = compileModels(defined, {
    profile,
    warn,
    dataSourceOf: (name) => others.find(([, other]) => other.models.includes(name))?.[0] ?? 'db',
  })
  const layer = createDataLayer({
    models,
    dataSources: {
      db: options.connector ?? memory(),
      ...Object.fromEntries(others.map(([name, other]) => [name, other.connector])),
    },
    ...(options.settings === undefined ? {} : { dataSourceSettings: options.settings }),
    profile,
    hooks: compileHooks(defined),
    warn,
    signal: new AbortController().signal,
  })
  if (options.opens !== false) await layer.open()
  return { layer, models: layer.repositories }
}
