import {
  type HttpRequest,
  type HttpResponse,
  invalidArgument,
  type Profile,
} from '../../core/spi.ts'

/** What an {@link ErrorOptions.handler} gets beside the error. */
export interface ErrorHandlerContext {
  readonly request: HttpRequest
  readonly response: HttpResponse
}

/** How errors are answered over HTTP; the `errorHandler` section of LoopBack. Source: remoting CF-12 … CF-18. */
export interface ErrorOptions {
  /** Full errors with stack. @default false */
  readonly debug?: boolean
  /** Every error is logged. @default true */
  readonly log?: boolean
  /** More fields that callers see, with 4xx and 5xx. @default [] */
  readonly safeFields?: readonly string[]
  /** Name of the wrapper, or false for none (JSON only). @default 'error' */
  readonly rootProperty?: string | false
  /** The type of errors when the client prefers none. @default 'json' */
  readonly defaultType?: string
  /** The Accept header and `_format` choose the type. @default true */
  readonly negotiateContentType?: boolean
  /**
   * Sees every error first. It may answer itself; resolving to or throwing another error answers with that one.
   * Source: remoting E-7.
   */
  readonly handler?: (error: unknown, context: ErrorHandlerContext) => unknown
}

/** Types an error can be written in. */
export type ErrorFormat = 'json' | 'html' | 'xml'

/** Checked options with their defaults. */
export interface ErrorSettings {
  readonly debug: boolean
  readonly log: boolean
  readonly safeFields: readonly string[]
  readonly rootProperty: string | false
  readonly defaultFormat: ErrorFormat
  readonly negotiates: boolean
  readonly handler: ErrorOptions['handler']
  /** XML may be chosen. Source: remoting E-5. */
  readonly allowXml: boolean
  /** XML names members without a value `undefined`, as LoopBack 3 was recorded to. */
  readonly showUndefined: boolean
  /** `status` beside `statusCode`. Source: remoting E-1. */
  readonly includeStatus: boolean
}

const known = new Set([
  'debug',
  'log',
  'safeFields',
  'rootProperty',
  'defaultType',
  'negotiateContentType',
  'handler',
  'disableStackTrace',
])

/** What reading options needs besides them. */
export interface ErrorSettingsEnvironment {
  readonly profile: Profile
  readonly warn: (message: string) => void
  /** `rest.xml`. */
  readonly xml: boolean
  readonly includeStatus: boolean
}

/**
 * Checks the options once.
 *
 * **Errors**: `INVALID_ARGUMENT` for an unknown key in `strict` (CF-30), for an unknown `defaultType`.
 */
export function readErrorSettings(
  options: Readonly<Record<string, unknown>> | ErrorOptions,
  environment: ErrorSettingsEnvironment,
): ErrorSettings {
  const { profile, warn } = environment
  for (const key of Object.keys(options)) {
    if (known.has(key)) continue
    const text = `errorHandler.${key}: unknown key`
    if (!profile.compat['CF-30']) throw invalidArgument(text)
    warn(text)
  }
  if ('disableStackTrace' in options) {
    warn('errorHandler.disableStackTrace has no effect any more: stacks are sent with debug only')
  }
  const given = options as ErrorOptions // keys checked; values are read one by one
  const debug = given.debug === true
  if (debug && process.env['NODE_ENV'] === 'production') {
    warn('errorHandler.debug is on in production: callers see stacks')
  }
  return Object.freeze({
    debug,
    log: given.log !== false,
    safeFields: Object.freeze([...(given.safeFields ?? [])]),
    rootProperty: given.rootProperty === false ? false : (given.rootProperty ?? 'error'),
    defaultFormat: formatOf(given.defaultType ?? 'json'),
    negotiates: given.negotiateContentType !== false,
    handler: given.handler,
    allowXml: environment.xml || profile.compat['E-5'],
    showUndefined: profile.compat['N-20'],
    includeStatus: environment.includeStatus,
  })
}

function formatOf(type: string): ErrorFormat {
  const format = formats.get(type.toLowerCase())
  if (format === undefined)
    throw invalidArgument(`errorHandler.defaultType: unknown type "${type}"`)
  return format
}

/** Names of the types an error can be asked for with `_format` or `defaultType`. */
export const formats: ReadonlyMap<string, ErrorFormat> = new Map([
  ['json', 'json'],
  ['application/json', 'json'],
  ['html', 'html'],
  ['text/html', 'html'],
  ['xml', 'xml'],
  ['text/xml', 'xml'],
  ['application/xml', 'xml'],
])
