import type { ZodType } from 'zod'

/** How a parameter's or result's type may be declared. Source: remoting 1.3, 1.7. */
export type TypeDeclaration =
  | string
  | readonly TypeDeclaration[]
  | ZodType
  | StandardSchema
  | NativeConstructor
  | { readonly anyOf: readonly TypeDeclaration[] }
  | { readonly [member: string]: unknown }

/** Constructors LoopBack accepts as types. Source: remoting TY-7. */
export type NativeConstructor =
  | StringConstructor
  | NumberConstructor
  | BooleanConstructor
  | DateConstructor
  | ObjectConstructor
  | ArrayConstructor
  | BufferConstructor

/**
 * What Viaduct reads of a schema of another library (valibot, arktype, zod 3). Only synchronous schemas can be used.
 * Source: https://standardschema.dev
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
  }
}

/** What one argument says beside its type. Source: remoting S-14. */
export interface TypeOptions {
  /** An object type also takes an array of such objects. @default false */
  readonly allowArray?: boolean
  /** `null`, and the text `null`, pass for any type. @default false */
  readonly nullable?: boolean
  /** `false`: text stays text where the type is `any`. @default true */
  readonly coerce?: boolean
  /** Convert the members of an inline object type. @default false */
  readonly validateMembers?: boolean
  /** What type `id` stands for. @default 'any', text stays text */
  readonly idType?: TypeDeclaration | undefined
}

/** The failure of a conversion: returned, not thrown, because unions try several. Source: remoting E-14. */
export class ConversionFailure {
  readonly message: string
  /** Where inside the value, e.g. `address.zip`. */
  readonly path: string | undefined
  /** An error of a custom type, of a factory, or with a reason of its own: it decides the status instead of 400. */
  readonly cause: unknown
  /** The text sent begins with `Invalid argument "<name>". `: so LoopBack 3 was recorded for date texts. */
  readonly namesArgument: boolean

  constructor(message: string, path?: string, cause?: unknown, namesArgument = false) {
    this.message = message
    this.path = path
    this.cause = cause
    this.namesArgument = namesArgument
  }
}

/**
 * A compiled type: two conversions and a check. All three are pure and allocate nothing for scalars that pass.
 * Source: remoting section 3.
 */
export interface WireType {
  /** `string`, `[number]`, `Book`: what `details.expected` and the manifest show. */
  readonly name: string
  /** Text inputs: query, path, header, urlencoded. Returns the value, or a {@link ConversionFailure}. */
  readonly fromSloppy: (value: unknown) => unknown
  /** JSON inputs and in-process values. */
  readonly fromTyped: (value: unknown) => unknown
  /** The check before the invocation (a hook may have replaced the argument). Source: remoting I-5. */
  readonly validate: (value: unknown) => ConversionFailure | undefined
  /** A missing value is allowed: passed on as it is, or filled in by the schema's default. Only schemas say `false`. */
  readonly acceptsUndefined: boolean
}
