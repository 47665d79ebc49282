/**
 * API for plugin authors: the contracts of transports, connectors and components, and the pure helpers they share with
 * the core.
 */
export type {
  Call,
  CallInput,
  EagerHandler,
  Handler,
  Middleware,
  Reply,
  ReplyMetadata,
} from './call/call.ts'
export { PhaseList } from './call/phases.ts'
export type { Catalog, Manifest, ManifestValue, SharedClass } from './catalog.ts'
export type {
  Aggregation,
  Capability,
  Connector,
  ConnectorEnvironment,
  ConnectorOptions,
  ConnectorSupport,
  ConnectorTransaction,
  FindOptions,
  IsolationLevel,
  MigrationStep,
  Rows,
  UpdateOptions,
  Upsert,
  UpsertResult,
} from './data/connector.ts'
export { type Code, codeFromStatus, statusFromCode } from './error/code.ts'
export {
  ownStatusOf,
  type Problem,
  type ProblemOptions,
  phraseOf,
  problemFromError,
} from './error/problem.ts'
export { type Reason, reasonEntry, reasons } from './error/reason.ts'
export {
  invalidArgument,
  notFound,
  RemoteError,
  type RemoteErrorOptions,
  remoteError,
} from './error/remote-error.ts'
export { createKey, type Key } from './key.ts'
export { consoleLogger, type Logger, silentLogger } from './logger.ts'
export type { MethodSource } from './method/compile-method.ts'
export type { CallContext, CallOptions } from './method/context.ts'
export { isDelegateFor, isDelegateForName } from './method/delegate.ts'
export type { HttpRequest, HttpResponse } from './method/http.ts'
export { normalizePath, tidyPath } from './method/http-path.ts'
export { absent } from './method/output.ts'
export type {
  AccessType,
  ArgumentDefinition,
  HttpRoute,
  Parameter,
  ParameterSource,
  ReturnDefinition,
  ReturnValue,
  SharedMethod,
  SharedMethodDefinition,
} from './method/shared-method.ts'
export { decodeEnvelopes } from './method/type-envelope.ts'
export type { ConverterContext, ConverterResult, TypeConverter } from './method/wire-custom.ts'
export { findReservedKey, mayHoldReservedKey } from './method/wire-json.ts'
export { ConversionFailure, type WireType } from './method/wire-type.ts'
export { updateOnlyProperties } from './model/compile-id.ts'
export { defaultDataDepth, guardData } from './model/data-guard.ts'
export { type DistanceUnit, distanceBetween, GeoPoint } from './model/geo-point.ts'
export type { Model, ModelIndex, Row } from './model/model.ts'
export type { Property, PropertyType, Strictness } from './model/property.ts'
export type { Relation, RelationKind } from './model/relation.ts'
export { type CompatRule, type Profile, type ProfileName, resolveProfile } from './profile.ts'
export { applyQuery } from './query/apply-query.ts'
export { allOf, anyOf, noneOf } from './query/combine-where.ts'
export { compareDecimals, compareValues, valuesEqual } from './query/compare-values.ts'
export { compileOrder, type NearOrder, type RowOrder } from './query/compile-order.ts'
export { costOf, type QueryCost } from './query/cost.ts'
export { compileWhere, type RowTest } from './query/evaluate-where.ts'
export { type IndexableCondition, indexableConditions } from './query/indexable-conditions.ts'
export { distanceFrom, isWithin, nearOf } from './query/near.ts'
export { nameOfPath, scalarKindOf } from './query/path.ts'
export { compileProjection } from './query/projection.ts'
export {
  type IncludeEntry,
  matchAll,
  matchNone,
  type Near,
  type Operator,
  type OrderEntry,
  type Path,
  type Pattern,
  type Query,
  type Where,
} from './query/query.ts'
export type { Component, Scope } from './scope.ts'
export type {
  Listener,
  RemotingSettings,
  Transport,
  TransportEnvironment,
  TransportSupport,
} from './transport.ts'
