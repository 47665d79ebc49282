/** API for application authors. */
export { type App, createApp, type Plugin, type StartOptions } from './app.ts'
export type { AppOptions, HookOptions, ModelConfig } from './app-options.ts'
export { PhaseList } from './call/phases.ts'
export type { Catalog, Manifest, SharedClass } from './catalog.ts'
export type { Repositories, Repository } from './data/repository-types.ts'
export type { Code } from './error/code.ts'
export type { Reason } from './error/reason.ts'
export {
  invalidArgument,
  notFound,
  RemoteError,
  remoteError,
  type ValidationDetails,
} from './error/remote-error.ts'
export { consoleLogger, type Logger, silentLogger } from './logger.ts'
export type { CallContext, CallOptions } from './method/context.ts'
export type { Hook } from './method/hooks.ts'
export { absent } from './method/output.ts'
export type {
  SharedClassBuilder,
  SharedClassDefinition,
  SharedMethodValue,
} from './method/shared-class.ts'
export type { SharedMethodDefinition } from './method/shared-method.ts'
export { defineModel, defineModelFromJson, type ModelDefinition } from './model/define-model.ts'
export type { Filter, FindRow, ModelRow, Where } from './model/filter-types.ts'
export { GeoPoint } from './model/geo-point.ts'
export type { CompatOptions, CompatRule, Profile, ProfileName } from './profile.ts'
export { sharedMethods, streamOf } from './shared-methods.ts'
