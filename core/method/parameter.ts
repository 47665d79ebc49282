import type { ZodType } from 'zod'
import { invalidArgument } from '../error/remote-error.ts'
import type {
  AcceptsDefinition,
  ArgumentDefinition,
  Parameter,
  ParameterSource,
} from './shared-method.ts'
import type { TypeDeclaration, WireType } from './wire-type.ts'

/** What compiling a method needs to know about types. */
export interface TypeCompiler {
  compile(
    declaration: TypeDeclaration | undefined,
    options: {
      readonly allowArray?: boolean
      readonly nullable?: boolean
      readonly coerce?: boolean
      readonly validateMembers?: boolean
      /** What type `id` stands for. */
      readonly idType?: TypeDeclaration | undefined
    },
  ): WireType
}

/** What a method is compiled with. */
export interface MethodEnvironment {
  readonly types: TypeCompiler
  /** The type of ids of the class's model. */
  readonly idType?: TypeDeclaration | undefined
  readonly warn: (message: string) => void
  /** Parameters compiled before: methods of many models share their descriptors. */
  readonly compiled?: WeakMap<ArgumentDefinition, readonly Parameter[]>
}

const sources: Readonly<Record<string, ParameterSource>> = {
  body: 'body',
  form: 'form',
  formData: 'form',
  query: 'query',
  path: 'path',
  header: 'header',
  req: 'request',
  request: 'request',
  res: 'response',
  response: 'response',
  context: 'context',
}

/** Recognises a zod schema without depending on the copy of zod it was made with. */
export function isSchema(value: unknown): value is ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** Reads every accepted form of `accepts` into LoopBack's list. Source: remoting S-1. */
export function normalizeAccepts(
  accepts: AcceptsDefinition | undefined,
): readonly ArgumentDefinition[] {
  if (accepts === undefined || accepts === null) return []
  if (Array.isArray(accepts)) return accepts
  const record = accepts as Readonly<Record<string, unknown>> // the array form is gone
  if (typeof record['arg'] === 'string' || typeof record['name'] === 'string') return [record]
  return Object.entries(record).map(([arg, value]) =>
    isSchema(value)
      ? { arg, type: value, required: !acceptsUndefined(value) }
      : { ...(value as ArgumentDefinition), arg },
  )
}

function acceptsUndefined(schema: ZodType): boolean {
  return schema.safeParse(undefined).success
}

/** Compiles the parameters of a method. **Errors**: `INVALID_ARGUMENT` for a nameless or malformed descriptor. */
export function compileParameters(
  fullName: string,
  accepts: AcceptsDefinition | undefined,
  environment: MethodEnvironment,
): readonly Parameter[] {
  return normalizeAccepts(accepts).map((definition, index) => {
    const known = environment.compiled?.get(definition)
    const same = known?.find((parameter) => parameter.index === index)
    if (same !== undefined) return same
    const parameter = compileParameter(fullName, definition, index, environment)
    if (definition.type !== 'id')
      environment.compiled?.set(definition, [...(known ?? []), parameter])
    return parameter
  })
}

function compileParameter(
  fullName: string,
  definition: ArgumentDefinition,
  index: number,
  environment: MethodEnvironment,
): Parameter {
  const name = nameOf(fullName, definition, `accepts[${index}]`, environment)
  const http = definition.http
  return Object.freeze({
    name,
    index,
    type: environment.types.compile(definition.type, {
      allowArray: definition.allowArray === true,
      nullable: definition.nullable === true,
      coerce: definition.coerce !== false,
      validateMembers: definition.validateMembers === true,
      idType: environment.idType,
    }),
    source: sourceOf(http),
    compute: typeof http === 'function' ? http : undefined,
    required: definition.required === true,
    documented: definition.documented !== false,
    definition,
  })
}

function sourceOf(http: ArgumentDefinition['http']): ParameterSource {
  if (http === undefined || http === null) return 'auto'
  if (http === 'optionsFromRequest') return 'options'
  if (typeof http === 'function') return 'function'
  return (typeof http.source === 'string' && sources[http.source]) || 'none'
}

/** Reads `arg`, or its alias `name`. Source: remoting S-3. */
export function nameOf(
  fullName: string,
  definition: { readonly arg?: string; readonly name?: string },
  place: string,
  environment: Pick<MethodEnvironment, 'warn'>,
): string {
  const { arg, name } = definition
  if (arg !== undefined && name !== undefined && arg !== name) {
    environment.warn(`${fullName}: ${place} has arg "${arg}" and name "${name}"; arg is used`)
  }
  const chosen = arg ?? name
  if (typeof chosen !== 'string' || chosen === '') {
    throw invalidArgument(`${fullName}: ${place} has no name`)
  }
  return chosen
}
