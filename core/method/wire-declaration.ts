import { RemoteError } from '../error/remote-error.ts'
import { createArrayType, type TextSplitter } from './wire-array.ts'
import { createObjectType, type MemberType } from './wire-object.ts'
import { anyType, textType } from './wire-scalar.ts'
import type { TypeDeclaration, TypeOptions, WireType } from './wire-type.ts'
import { createNullableType, createUnionType } from './wire-union.ts'
import { createStandardType, createZodType, isStandardSchema, isZodSchema } from './wire-zod.ts'

/** Makes the type of one name for one set of options. */
export type TypeMaker = (name: string, options: TypeOptions) => WireType

/** What a declaration is compiled with. */
export interface DeclarationCompiler {
  readonly makeNamed: TypeMaker
  readonly warn: (message: string) => void
  readonly split: TextSplitter | undefined
  /** For the dates of schemas. */
  readonly dates: WireType
}

/**
 * Compiles every accepted form of a declared type. **Errors**: `INVALID_ARGUMENT` for what is no type.
 * Source: remoting TY-5, TY-6, TY-7.
 */
export function compileType(
  declaration: TypeDeclaration | undefined,
  options: TypeOptions,
  compiler: DeclarationCompiler,
): WireType {
  const type = compileDeclared(declaration, options, compiler)
  return options.nullable === true ? createNullableType(type) : type
}

function compileDeclared(
  declaration: unknown,
  options: TypeOptions,
  compiler: DeclarationCompiler,
): WireType {
  if (declaration === undefined || declaration === null) return anyFor('any', options)
  if (typeof declaration === 'string') return compileName(declaration, options, compiler)
  if (Array.isArray(declaration)) return compileList(declaration, options, compiler)
  if (isZodSchema(declaration)) return createZodType(declaration, compiler.dates)
  if (isStandardSchema(declaration)) return createStandardType(declaration)
  if (typeof declaration === 'function') return compileConstructor(declaration, options, compiler)
  if (typeof declaration === 'object') return compileInline(declaration, options, compiler)
  throw definitionFault(`not a type: ${typeof declaration}`)
}

function compileName(name: string, options: TypeOptions, compiler: DeclarationCompiler): WireType {
  const key = name.toLowerCase()
  if (key === 'array') return compileList(['any'], options, compiler)
  return key === 'id' ? compileId(options, compiler) : compiler.makeNamed(name, options)
}

/** The model's id type decides; without one, text stays text. Source: remoting S-16. */
function compileId(options: TypeOptions, compiler: DeclarationCompiler): WireType {
  const { idType, ...others } = options
  const target = typeof idType === 'string' && idType.toLowerCase() === 'id' ? 'any' : idType
  const type = compileDeclared(target, { ...others, coerce: false }, compiler)
  return Object.freeze({ ...type, name: 'id' })
}

/** The first item type counts; its items take over what concerns text and members. Source: remoting TY-6. */
function compileList(
  items: readonly unknown[],
  options: TypeOptions,
  compiler: DeclarationCompiler,
): WireType {
  if (items.length > 1)
    compiler.warn('an array type has more than one item type: the first is used')
  const { allowArray: _allowArray, nullable: _nullable, ...itemOptions } = options
  return createArrayType(compileDeclared(items[0], itemOptions, compiler), compiler.split)
}

/** A constructor stands for the type of its name. Source: remoting TY-7. */
function compileConstructor(
  declared: { readonly name: string },
  options: TypeOptions,
  compiler: DeclarationCompiler,
): WireType {
  const modelName: unknown = 'modelName' in declared ? declared.modelName : undefined
  const name = typeof modelName === 'string' ? modelName : declared.name
  if (name === '') throw definitionFault('not a type: a function without a name')
  return compileName(name, options, compiler)
}

function compileInline(
  declared: object,
  options: TypeOptions,
  compiler: DeclarationCompiler,
): WireType {
  if ('anyOf' in declared && Array.isArray(declared.anyOf)) {
    if (declared.anyOf.length === 0) throw definitionFault('not a type: anyOf without types')
    return createUnionType(declared.anyOf.map((type) => compileDeclared(type, options, compiler)))
  }
  if ('properties' in declared && declared.properties instanceof Map && 'name' in declared) {
    return compileName(String(declared.name), options, compiler) // a compiled model
  }
  const allowArray = options.allowArray === true
  if (options.validateMembers !== true) return createObjectType({ name: 'object', allowArray })
  const members = Object.entries(declared).map(([name, member]) =>
    compileMember(name, member, compiler),
  )
  return createObjectType({ name: 'object', allowArray, members })
}

/** `{title: 'string'}` or `{title: {type: 'string', required: true}}`. Source: remoting TY-5. */
function compileMember(name: string, member: unknown, compiler: DeclarationCompiler): MemberType {
  if (name === '__proto__') throw definitionFault('reserved member name "__proto__"')
  const inherited: TypeOptions = { validateMembers: true }
  if (!isDescriptor(member)) {
    return { name, type: compileDeclared(member, inherited, compiler), required: false }
  }
  const { type, required, ...options } = member
  const compiled = compileType(type, { ...options, ...inherited }, compiler)
  return { name, type: compiled, required: required === true }
}

interface MemberDescriptor extends TypeOptions {
  readonly type: TypeDeclaration
  readonly required?: boolean
}

function isDescriptor(member: unknown): member is MemberDescriptor {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return false
  if (isZodSchema(member) || isStandardSchema(member)) return false
  return 'type' in member && member.type !== undefined
}

/** Type `any`, which leaves text alone with `coerce: false`. Source: remoting S-16. */
export function anyFor(_name: string, options: TypeOptions): WireType {
  return options.coerce === false ? textType : anyType
}

/** What is wrong with a declaration, told at start. */
export function definitionFault(message: string): RemoteError {
  return new RemoteError(message, { reason: 'INVALID_ARGUMENT' })
}
