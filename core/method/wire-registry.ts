import type { Profile } from '../profile.ts'
import { compileSplitter } from './wire-array.ts'
import { bufferType } from './wire-buffer.ts'
import {
  type ConverterContext,
  converterFromType,
  createCustomType,
  type TypeConverter,
} from './wire-custom.ts'
import { createDateType } from './wire-date.ts'
import {
  anyFor,
  compileType,
  type DeclarationCompiler,
  definitionFault,
  type TypeMaker,
} from './wire-declaration.ts'
import { fileType } from './wire-file.ts'
import { createGeoPointType } from './wire-geo-point.ts'
import { createObjectType, type ObjectFactory } from './wire-object.ts'
import { anyType, booleanType, integerType, numberType, stringType } from './wire-scalar.ts'
import type { TypeDeclaration, TypeOptions, WireType } from './wire-type.ts'

/** What a registry is made with. */
export interface TypeRegistryOptions {
  readonly profile: Profile
  readonly warn: (message: string) => void
  /** Object types that exist from the start: the public models. Source: remoting TY-9. */
  readonly models?: Readonly<Record<string, ObjectFactory>>
  /** Source: remoting TY-4. @default true */
  readonly warnOnUnknownType?: boolean
  /** Source: remoting TY-3. @default true */
  readonly warnWhenOverridingType?: boolean
  /** `rest.arrayItemDelimiters`. Source: remoting CX-5. @default none */
  readonly arrayItemDelimiters?: string | RegExp | readonly string[]
}

/** The types of one application. Names are case-insensitive; nothing is shared between two registries. */
export interface TypeRegistry {
  /** Adds or replaces a type. **Errors**: `INVALID_ARGUMENT` for the reserved name `file`, or a malformed converter. */
  define(name: string, converter: TypeConverter): void
  /** Adds or replaces an object type: object conversion, then the factory. Source: remoting TY-8. */
  defineObjectType(name: string, factory: ObjectFactory): void
  /** Removes a type; false when there was none. Methods compiled before keep it. Source: remoting M-7. */
  delete(name: string): boolean
  has(name: string): boolean
  /** Compiles a declared type once, at start. **Errors**: `INVALID_ARGUMENT` for what is no type (remoting TY-7). */
  compile(declaration: TypeDeclaration | undefined, options?: TypeOptions): WireType
  /** The converter of a declared type, for converters that hand on parts of a value. */
  getConverter(declaration: TypeDeclaration | undefined): TypeConverter
}

/** Passed through unchanged; streams and files are read and written by the transports. */
const passedThrough = new Set([
  'readablestream',
  'writeablestream',
  'writablestream',
  'duplexstream',
])

/** Creates the types of one application. Source: remoting 1.7. */
export function createTypeRegistry(options: TypeRegistryOptions): TypeRegistry {
  const { profile, warn, warnOnUnknownType = true, warnWhenOverridingType = true } = options
  const makers = builtInMakers(profile)
  const split = compileSplitter(options.arrayItemDelimiters)
  const dates = createDateType(profile.compat['CX-1'], false)
  const warned = new Set<string>()

  const set = (name: string, maker: TypeMaker): void => {
    const key = name.toLowerCase()
    if (key === 'file') throw definitionFault('type name "file" is reserved')
    if (makers.has(key) && warnWhenOverridingType) warn(`type "${name}" replaces an existing type`)
    makers.set(key, maker)
    made.clear()
  }
  const made = new Map<string, WireType>()
  const nameType = (name: string, typeOptions: TypeOptions): WireType => {
    const { allowArray, nullable, coerce, validateMembers, idType } = typeOptions
    if (idType !== undefined && typeof idType !== 'string') return makeNamed(name, typeOptions)
    const key = [name, allowArray, nullable, coerce, validateMembers, idType].join('|')
    const known = made.get(key) ?? makeNamed(name, typeOptions)
    made.set(key, known)
    return known
  }
  const makeNamed = (name: string, typeOptions: TypeOptions): WireType => {
    const key = name.toLowerCase()
    const maker = makers.get(key)
    if (maker !== undefined) return maker(name, typeOptions)
    if (passedThrough.has(key)) return Object.freeze({ ...anyType, name })
    if (warnOnUnknownType && !warned.has(key)) {
      warned.add(key)
      warn(`unknown type "${name}", treated as any`)
    }
    return anyFor(name, typeOptions)
  }
  const compiler: DeclarationCompiler = { makeNamed: nameType, warn, split, dates }
  const registry: TypeRegistry = Object.freeze({
    define(name: string, converter: TypeConverter) {
      checkConverter(name, converter)
      const context: ConverterContext = Object.freeze({ typeRegistry: registry })
      set(name, (_name, typeOptions) => createCustomType(name, converter, context, typeOptions))
    },
    defineObjectType(name: string, factory: ObjectFactory) {
      set(name, (_name, { allowArray = false }) => createObjectType({ name, allowArray, factory }))
    },
    delete: (name: string) => {
      made.clear()
      return makers.delete(name.toLowerCase())
    },
    has: (name: string) => makers.has(name.toLowerCase()),
    compile: (declaration: TypeDeclaration | undefined, typeOptions: TypeOptions = {}) =>
      compileType(declaration, typeOptions, compiler),
    getConverter: (declaration: TypeDeclaration | undefined) =>
      converterFromType(compileType(declaration, {}, compiler)),
  })
  for (const [name, factory] of Object.entries(options.models ?? {})) {
    registry.defineObjectType(name, factory)
  }
  return registry
}

function builtInMakers(profile: Profile): Map<string, TypeMaker> {
  const date = createDateType(profile.compat['CX-1'], profile.compat['E-14'])
  const geoPoint = createGeoPointType(profile.compat['E-14'])
  return new Map<string, TypeMaker>([
    ['any', anyFor],
    ['boolean', () => booleanType],
    ['buffer', () => bufferType],
    ['date', () => date],
    ['file', () => fileType],
    ['geopoint', () => geoPoint],
    ['integer', () => integerType],
    ['number', () => numberType],
    ['object', (_name, { allowArray = false }) => createObjectType({ name: 'object', allowArray })],
    ['string', () => stringType],
  ])
}

function checkConverter(name: string, converter: TypeConverter): void {
  for (const method of ['fromTypedValue', 'fromSloppyValue', 'validate'] as const) {
    if (typeof converter?.[method] !== 'function') {
      throw definitionFault(`type "${name}": the converter has no function ${method}`)
    }
  }
}
