import type { HttpRequest, HttpResponse } from './http.ts'

/** Options computed by the server for one call; a client can never set any of them. Source: remoting section 7. */
export interface CallOptions {
  readonly accessToken?: unknown
  readonly prohibitHiddenPropertiesInQuery?: boolean
  /** Levels of nesting in a filter. @default 12 over a transport */
  readonly maxDepthOfQuery?: number
  /** Levels of nesting in data. @default 32 over a transport */
  readonly maxDepthOfData?: number
  [key: string]: unknown
}

/**
 * Marks options that belong to a call over a transport: filters given with them may hold no functions, no long patterns
 * and no conditions on closed relations.
 */
export const fromWire: unique symbol = Symbol('from the wire')

/** What a hook may know of the method that is called. */
export interface CalledMethod {
  readonly name: string
  readonly className: string
  /** `Book.find`, `Book.prototype.patchAttributes`. */
  readonly fullName: string
  readonly isStatic: boolean
  readonly accessType: 'READ' | 'WRITE' | 'EXECUTE' | 'REPLICATE' | undefined
  readonly aliases: readonly string[]
  /** As the method was described. */
  readonly definition: Readonly<Record<string, unknown>>
}

/**
 * Lives for one call; hooks, phases and the method see the same object.
 *
 * `Models` is the typed map of repositories (`context.models.Book`).
 */
export interface CallContext<Models = unknown> {
  readonly method: CalledMethod
  /** Full name, `Book.find` or `Book.prototype.patchAttributes`. */
  readonly methodString: string
  /** Name of the transport that carried the call: `rest`, `in-process`, … */
  readonly transport: string
  readonly models: Models
  /** Converted arguments by name. Before hooks may change or replace them. */
  args: Record<string, unknown>
  /** Arguments that load the instance of a prototype method. */
  readonly ctorArgs: Record<string, unknown> | undefined
  /** The loaded row of a prototype method. */
  instance: Readonly<Record<string, unknown>> | undefined
  /** Why the instance could not be loaded; raised in `invoke:before`. */
  readonly sharedCtorError: unknown
  /** `{}` before the method ran, its result later. After hooks may replace it. */
  result: unknown
  /** Set for afterError hooks; assign another to replace it. */
  error: unknown
  /** Computed options, the same object as `args.options` where the method declares it. */
  readonly options: CallOptions
  /** Aborts when the client goes away, the deadline passes, or the transport cancels. */
  readonly signal: AbortSignal
  /** Absolute, milliseconds since the epoch; `undefined` without a limit. */
  readonly deadline: number | undefined
  /** Token of the caller, or null. */
  accessToken: unknown
  /** Metadata of the caller: HTTP headers, or what another transport carries; names in lower case. */
  readonly metadata: Readonly<Record<string, string | string[] | undefined>>
  readonly request: HttpRequest | undefined
  readonly response: HttpResponse | undefined
  /** The repository, marked class or class name (statics), or the loaded row (prototype methods). */
  readonly scope: unknown
  /** Reads one argument from the raw request as an argument without `http` would be read. Source: remoting K-1. */
  getArgByName(name: string): unknown
  /** Free space for hooks and components of the application. */
  readonly state: Record<string, unknown>
}
