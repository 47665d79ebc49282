import type { ZodType } from 'zod'
import type { CallContext } from './context.ts'
import type { TypeDeclaration, WireType } from './wire-type.ts'

/** Where a REST call finds an argument. Source: remoting 1.4. */
export type ArgumentSource =
  | { readonly source?: string }
  | 'optionsFromRequest'
  | ((context: CallContext) => unknown)

/** One parameter as LoopBack describes it. Source: remoting S-14. */
export interface ArgumentDefinition {
  readonly arg?: string
  readonly name?: string
  /** @default 'any' */
  readonly type?: TypeDeclaration
  readonly required?: boolean
  readonly http?: ArgumentSource
  readonly allowArray?: boolean
  readonly nullable?: boolean
  /** `false`: text stays text for `any`. */
  readonly coerce?: boolean
  /** Convert the members of an inline object type. */
  readonly validateMembers?: boolean
  readonly description?: string | readonly string[]
  readonly documented?: boolean
  /** Documentation only. Source: remoting S-15. */
  readonly default?: unknown
  readonly [key: string]: unknown
}

/** One returned value as LoopBack describes it. Source: remoting 1.6. */
export interface ReturnDefinition {
  readonly arg?: string
  readonly name?: string
  readonly type?: TypeDeclaration
  /** The value is the whole result. */
  readonly root?: boolean
  readonly http?: { readonly target?: 'status' | 'header'; readonly header?: string }
  /** With type `ReadableStream`: a stream of objects. */
  readonly json?: boolean
  readonly contentType?: string
  readonly xml?: { readonly wrapperElement?: string | false; readonly declaration?: boolean }
  readonly description?: string | readonly string[]
  readonly [key: string]: unknown
}

/** One route of a method. Source: remoting 2.1. */
export interface HttpRoute {
  /** @default 'all' */
  readonly verb?: string
  /** Below the class path. @default '/' + name */
  readonly path?: string
  /** Replaces 200. */
  readonly status?: number
  /** For errors of the method itself that name no status. */
  readonly errorStatus?: number
}

/** What access rules call the kind of a method. */
export type AccessType = 'READ' | 'WRITE' | 'EXECUTE' | 'REPLICATE'

/** Arguments by name with zod schemas, or LoopBack's descriptors. */
export type AcceptsDefinition =
  | Readonly<Record<string, ZodType | ArgumentDefinition>>
  | ArgumentDefinition
  | readonly ArgumentDefinition[]

/** A schema for the whole result, or LoopBack's descriptors. */
export type ReturnsDefinition = ZodType | ReturnDefinition | readonly ReturnDefinition[]

/** How a method is described. Source: remoting 1.3. */
export interface SharedMethodDefinition {
  readonly accepts?: AcceptsDefinition
  readonly returns?: ReturnsDefinition
  readonly errors?: unknown
  readonly http?: HttpRoute | readonly HttpRoute[]
  /** @default true */
  readonly isStatic?: boolean
  readonly aliases?: readonly string[]
  readonly description?: string | readonly string[]
  readonly notes?: string | readonly string[]
  /** @default true */
  readonly documented?: boolean
  /** @default true */
  readonly shared?: boolean
  readonly accessType?: AccessType
  /** Wrapped around the phases of REST calls. Source: remoting S-10. */
  readonly rest?: {
    readonly before?: (context: CallContext) => unknown
    readonly after?: (context: CallContext) => unknown
  }
  readonly [key: string]: unknown
}

/** A native method: named arguments and the context. */
export type SharedMethodHandler = (args: never, context: CallContext<never>) => unknown

/** Where a compiled parameter's value comes from. */
export type ParameterSource =
  /** No `http`: path, body, query, then the header of the same name. Source: remoting A-1. */
  | 'auto'
  | 'body'
  | 'form'
  | 'query'
  | 'path'
  | 'header'
  /** The raw request, response, or the context itself. */
  | 'request'
  | 'response'
  | 'context'
  /** Computed options. */
  | 'options'
  /** Computed by {@link Parameter.compute}. */
  | 'function'
  /** Unknown source: always undefined. */
  | 'none'

/** One compiled parameter. */
export interface Parameter {
  readonly name: string
  /** Position in `accepts`. */
  readonly index: number
  readonly type: WireType
  readonly source: ParameterSource
  readonly compute: ((context: CallContext) => unknown) | undefined
  readonly required: boolean
  readonly documented: boolean
  readonly definition: ArgumentDefinition
}

/** One compiled return value. */
export interface ReturnValue {
  readonly name: string
  readonly type: WireType
  readonly root: boolean
  readonly target: 'body' | 'status' | 'header'
  /** Header name for target `header`. */
  readonly header: string | undefined
  readonly definition: ReturnDefinition
}

/** A published method, compiled and frozen. */
export interface SharedMethod {
  readonly name: string
  readonly className: string
  /** `Book.find`, `Book.prototype.patchAttributes`. */
  readonly fullName: string
  readonly isStatic: boolean
  /** Loads the instance for prototype methods. */
  readonly isSharedCtor: boolean
  readonly aliases: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly returns: readonly ReturnValue[]
  /** Never empty; verbs in lower case, `del` read as `delete`. */
  readonly routes: readonly (HttpRoute & { readonly verb: string; readonly path: string })[]
  /** A stream of JSON items. Source: remoting S-12. */
  readonly streams: boolean
  /** A raw file as answer. Source: remoting FI-1. */
  readonly returnsFile: boolean
  readonly accessType: AccessType | undefined
  readonly documented: boolean
  readonly description: string | undefined
  readonly notes: string | undefined
  /** What the method says about its failures, for documents. Source: remoting S-1. */
  readonly errors: readonly unknown[]
  readonly definition: SharedMethodDefinition
  /** The class or object a discovered method was found on. */
  readonly owner: unknown
  /** Runs the method on converted arguments. */
  readonly invoke: (args: Record<string, unknown>, context: CallContext) => unknown
}
