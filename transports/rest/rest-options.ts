import type { Middleware } from 'koa'
import { invalidArgument, type TransportEnvironment } from '../../core/spi.ts'
import { parseByteSize } from '../http/byte-size.ts'
import { type Cors, type CorsOptions, compileCors } from '../http/cors.ts'
import { type ErrorOptions, type ErrorSettings, readErrorSettings } from '../http/error-options.ts'
import type { HttpHostOptions } from '../http/host-options.ts'
import { defaultJsonLimits, type JsonLimits } from '../http/json-body.ts'
import type { PhasedMiddleware } from '../http/phases.ts'

/** How JSON bodies are read. Source: remoting CF-10. */
export interface JsonOptions extends Partial<JsonLimits> {
  /** Only objects and lists. @default false */
  readonly strict?: boolean
  /** Bytes, or text such as `'100kb'`. @default 1 MiB; in `loopback3` 100 KiB */
  readonly limit?: number | string
  /** Further content types that are JSON, e.g. `['application/vnd.api+json']`. Source: remoting A-11. @default [] */
  readonly types?: readonly string[]
}

/** How urlencoded bodies are read. Source: remoting CF-11. */
export interface UrlencodedOptions {
  /** Brackets in names mean nesting. @default true */
  readonly extended?: boolean
  /** Bytes, or text such as `'100kb'`. @default 1 MiB; in `loopback3` 100 KiB */
  readonly limit?: number | string
  /** Pairs; more are answered 413. @default 1000 */
  readonly parameterLimit?: number
}

/** Limits of multipart uploads. Source: remoting UP-1. */
export interface UploadOptions {
  /** @default 10 */
  readonly maxFiles?: number
  /** Bytes of one file, or text such as `'10mb'`. @default 10 MiB */
  readonly maxFileSize?: number | string
  /** Text fields. @default 1000 */
  readonly maxFields?: number
}

/** How answers that are streams behave. Source: remoting CF-28. */
export interface StreamOptions {
  /** Milliseconds between comment lines of an event stream, 0 for none. @default 20000 */
  readonly keepAlive?: number
  /** Milliseconds from the last frame to the end of the response. @default 1000; in `loopback3` see `lingerAfterEnd` */
  readonly closeAfterEnd?: number
  /** `loopback3`: milliseconds the response stays open for the client to close. @default 300000 */
  readonly lingerAfterEnd?: number
}

/** Limits of batches. */
export interface BatchOptions {
  /** Calls of one batch; more are answered 413. @default 100 */
  readonly maxCalls?: number
}

/** Anything with the shape of a `@koa/router` router. */
export interface KoaRouter {
  routes(): (context: never, next: never) => unknown
}

/** Settings of LoopBack's `remoting.rest` section. Source: remoting CF-2 … CF-9. */
export interface RestSettings {
  /** `MyModel` is served under `my-model`. @default false */
  readonly normalizeHttpPath?: boolean
  /** Replaces the list of content types answers may have. */
  readonly supportedTypes?: readonly string[]
  /** Answers may be XML. @default false */
  readonly xml?: boolean
  /** Errors are answered here; false passes them to the host. @default true */
  readonly handleErrors?: boolean
  /** Unknown URLs below the path are answered 404 here; false passes them on. @default true */
  readonly handleUnknownPaths?: boolean
  /** Arguments without a source may come from the header of their name. @default true */
  readonly implicitHeaders?: boolean
  readonly upload?: UploadOptions
  /** Read by the core. */
  readonly arrayItemDelimiters?: string | RegExp | readonly string[]
  /** Read by the core. */
  readonly validateReturns?: boolean
  /** Read by clients. */
  readonly passAccessToken?: boolean
}

/**
 * Options of {@link rest}. A section given here replaces the application's `remoting` section of the same meaning as a
 * whole. Source: remoting M-8.
 */
export interface RestOptions extends RestSettings {
  /** Where the API is mounted. @default '/api' */
  readonly path?: string
  /** Koa middleware ahead of the shared methods, below `path` only. */
  readonly use?: readonly Middleware[]
  /** Koa middleware by phase, for every URL of the host, or for those below `paths`. */
  readonly phases?: PhasedMiddleware
  /**
   * Phases besides the known ones. A name stands ahead of `routes` (in `loopback3` ahead of `parse`); a list is merged into the
   * order there is: `['session', 'tenant', 'auth']` puts `tenant` between the two. Source: framework F-1.22, F-1.23.
   */
  readonly customPhases?: string | readonly string[]
  /** `@koa/router` routers, asked when no shared method matches. */
  readonly routers?: readonly KoaRouter[]
  /** Every request goes through Koa, also without middleware. @default false */
  readonly koa?: boolean
  /** False opens no port: the application mounts `koa()` or `listener()` itself. @default true */
  readonly listen?: boolean
  /**
   * Answers `GET <path>/manifest.json`, the description of every shared method and public model, for `viaduct generate client`.
   * @default false
   */
  readonly manifest?: boolean
  /**
   * Answers `POST <path>/$batch`: several calls in one request, arguments of which may refer to results of the calls before.
   * @default true; in `loopback3` false
   */
  readonly batch?: boolean | BatchOptions
  /** Limits of the HTTP server. */
  readonly server?: HttpHostOptions
  readonly json?: JsonOptions
  readonly urlencoded?: UrlencodedOptions
  readonly errorHandler?: ErrorOptions
  readonly cors?: CorsOptions | false
  readonly streams?: StreamOptions
}

const restKeys = new Set([
  'normalizeHttpPath',
  'supportedTypes',
  'xml',
  'handleErrors',
  'handleUnknownPaths',
  'implicitHeaders',
  'upload',
  'arrayItemDelimiters',
  'validateReturns',
  'passAccessToken',
])
const ownKeys = new Set([
  'path',
  'use',
  'phases',
  'customPhases',
  'routers',
  'koa',
  'listen',
  'manifest',
  'batch',
  'server',
  'json',
  'urlencoded',
  'errorHandler',
  'cors',
  'streams',
])
const batchKeys = new Set(['maxCalls'])
const streamKeys = new Set(['keepAlive', 'closeAfterEnd', 'lingerAfterEnd'])

/** The members of LoopBack's `remoting.rest` section among the options; `undefined` when there are none. */
export function restSettingsOf(
  options: RestOptions,
): Readonly<Record<string, unknown>> | undefined {
  const given = Object.entries(options).filter(([key]) => restKeys.has(key))
  return given.length === 0 ? undefined : Object.fromEntries(given)
}

/** Options checked and completed, once per start. */
export interface RestConfiguration {
  /** Without a trailing slash; `''` for the root. */
  readonly path: string
  readonly normalizeHttpPath: boolean
  readonly supportedTypes: readonly string[] | undefined
  readonly xml: boolean
  readonly handleErrors: boolean
  readonly handleUnknownPaths: boolean
  readonly implicitHeaders: boolean
  readonly json: {
    readonly strict: boolean
    readonly limit: number
    readonly types: ReadonlySet<string>
    readonly limits: JsonLimits
  }
  readonly urlencoded: {
    readonly extended: boolean
    readonly limit: number
    readonly parameterLimit: number
  }
  readonly upload: {
    readonly maxFiles: number
    readonly maxFileSize: number
    readonly maxFields: number
  }
  /** `undefined`: there are none. */
  readonly batch: { readonly maxCalls: number } | undefined
  readonly streams: { readonly keepAliveMs: number; readonly openAfterEndMs: number }
  readonly errors: ErrorSettings
  readonly cors: Cors | undefined
}

/** What reading the configuration needs from the application. */
type ConfigurationEnvironment = Pick<TransportEnvironment, 'profile' | 'remoting' | 'warn'>

/**
 * Merges options and settings. Source: remoting section 8.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the key; an unknown one is a warning in `loopback3` (CF-30).
 */
export function readRestConfiguration(
  options: RestOptions,
  environment: ConfigurationEnvironment,
): RestConfiguration {
  const { profile, remoting } = environment
  const known = new Set([...restKeys, ...ownKeys])
  checkKeys('rest', options, known, environment)
  const isExplicit = Object.keys(options).some((key) => restKeys.has(key))
  const settings: RestSettings = isExplicit ? options : (remoting.rest ?? {})
  if (!isExplicit) checkKeys('rest', settings, restKeys, environment)
  const streams: StreamOptions = options.streams ?? remoting.streams ?? {}
  checkKeys('streams', streams, streamKeys, environment)
  return Object.freeze({
    path: readPath(options.path),
    normalizeHttpPath: settings.normalizeHttpPath === true,
    supportedTypes: settings.supportedTypes,
    xml: settings.xml === true,
    handleErrors: settings.handleErrors !== false,
    handleUnknownPaths: settings.handleUnknownPaths !== false,
    implicitHeaders: settings.implicitHeaders !== false,
    json: readJson(options.json ?? remoting.json ?? {}, environment),
    urlencoded: readUrlencoded(
      options.urlencoded ?? remoting.urlencoded ?? {},
      defaultLimit(environment),
    ),
    upload: readUpload(settings.upload ?? {}),
    batch: readBatch(options.batch, environment),
    streams: {
      keepAliveMs: streams.keepAlive ?? 20_000,
      openAfterEndMs: profile.compat['ST-5']
        ? (streams.lingerAfterEnd ?? 300_000)
        : (streams.closeAfterEnd ?? 1000),
    },
    errors: readErrorSettings(options.errorHandler ?? remoting.errorHandler ?? {}, {
      profile,
      warn: environment.warn,
      xml: settings.xml === true,
      includeStatus: profile.compat['E-1'],
    }),
    cors: compileCors(options.cors ?? remoting.cors),
  })
}

function checkKeys(
  section: string,
  given: object,
  known: ReadonlySet<string>,
  environment: ConfigurationEnvironment,
): void {
  for (const key of Object.keys(given)) {
    if (known.has(key)) continue
    const text = `${section}.${key}: unknown key`
    if (!environment.profile.compat['CF-30']) throw invalidArgument(text)
    environment.warn(text)
  }
}

function readPath(path = '/api'): string {
  const tidy = path.replace(/^\/*/, '/').replace(/\/+$/, '')
  if (/[?#\s]/.test(tidy)) throw invalidArgument(`rest.path: "${path}" is no path`)
  return tidy === '/' ? '' : tidy
}

/** Bytes of a body. Strict has the limit of every transport, `loopback3` LoopBack's. */
function defaultLimit({ profile }: ConfigurationEnvironment): number {
  return profile.name === 'loopback3' ? 100 * 1024 : 1024 * 1024
}

function readJson(
  options: JsonOptions & { readonly type?: unknown },
  environment: ConfigurationEnvironment,
): RestConfiguration['json'] {
  const types = options.types ?? []
  const limit = defaultLimit(environment)
  return Object.freeze({
    strict: options.strict === true,
    limit: options.limit === undefined ? limit : parseByteSize(options.limit, 'json.limit'),
    types: new Set(['application/json', ...types.map((type) => type.toLowerCase())]),
    limits: Object.freeze({
      maxDepth: options.maxDepth ?? defaultJsonLimits.maxDepth,
      maxKeys: options.maxKeys ?? defaultJsonLimits.maxKeys,
      maxItems: options.maxItems ?? defaultJsonLimits.maxItems,
      refuseConstructor: options.refuseConstructor ?? !environment.profile.compat['Q-11'],
    }),
  })
}

function readUrlencoded(
  options: UrlencodedOptions,
  limit: number,
): RestConfiguration['urlencoded'] {
  return Object.freeze({
    extended: options.extended !== false,
    limit: options.limit === undefined ? limit : parseByteSize(options.limit, 'urlencoded.limit'),
    parameterLimit: options.parameterLimit ?? 1000,
  })
}

function readBatch(
  given: RestOptions['batch'],
  environment: ConfigurationEnvironment,
): RestConfiguration['batch'] {
  const isOn = given ?? environment.profile.name === 'strict'
  if (isOn === false) return undefined
  const { maxCalls = 100 }: BatchOptions = isOn === true ? {} : isOn
  if (typeof isOn === 'object') checkKeys('rest.batch', isOn, batchKeys, environment)
  if (Number.isSafeInteger(maxCalls) && maxCalls > 0) return { maxCalls }
  throw invalidArgument(`rest.batch.maxCalls: expected a whole number from 1, got ${maxCalls}`)
}

function readUpload(options: UploadOptions): RestConfiguration['upload'] {
  return Object.freeze({
    maxFiles: options.maxFiles ?? 10,
    maxFileSize: parseByteSize(options.maxFileSize ?? '10mb', 'upload.maxFileSize'),
    maxFields: options.maxFields ?? 1000,
  })
}
