import type { ZodType } from 'zod'
import { decodeEnvelopes } from './type-envelope.ts'
import { malformedArray, malformedObject, notANumber } from './wire-failure.ts'
import { looksLikeJsonArray, looksLikeJsonObject, parseJsonText } from './wire-json.ts'
import { anyFromText, booleanFromText, numberFromText, textFromText } from './wire-scalar.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'
import { definitionOf, type SchemaDefinition } from './wire-zod-definition.ts'

type Conversion = (value: unknown) => unknown

/** Brings an input to the types a schema asks for; the schema itself runs afterwards. */
export interface SchemaReader {
  readonly fromSloppy: Conversion
  /** `undefined`: JSON values already have their types. */
  readonly fromTyped: Conversion | undefined
}

/** Compiles the conversions that come before a schema. Schemas that refer to themselves are followed once. */
export function createSchemaReader(schema: ZodType, dateType: WireType): SchemaReader {
  return readerOf(schema, { dateType, done: new Map() })
}

interface Compilation {
  readonly dateType: WireType
  readonly done: Map<ZodType, SchemaReader>
}

const raw: SchemaReader = { fromSloppy: textFromText, fromTyped: undefined }

function readerOf(schema: ZodType | undefined, compilation: Compilation): SchemaReader {
  if (schema === undefined) return raw
  const known = compilation.done.get(schema)
  if (known !== undefined) return known
  let built: SchemaReader | undefined
  // Met again below itself, the schema is not built yet: those uses go through this reference.
  compilation.done.set(schema, {
    fromSloppy: (value) => (built ?? raw).fromSloppy(value),
    fromTyped: (value) => (built?.fromTyped === undefined ? value : built.fromTyped(value)),
  })
  const definition = definitionOf(schema)
  built = buildReader(definition, compilation)
  if (definition.coerce === true) built = lenient(built)
  compilation.done.set(schema, built)
  return built
}

function buildReader(definition: SchemaDefinition, compilation: Compilation): SchemaReader {
  switch (definition.type) {
    case 'number':
      return { fromSloppy: numberFromText, fromTyped: undefined }
    case 'boolean':
      return { fromSloppy: booleanFromText, fromTyped: undefined }
    case 'bigint':
      return { fromSloppy: bigintFromText, fromTyped: bigintFromTyped }
    case 'date':
      return compilation.dateType
    case 'any':
    case 'unknown':
      return { fromSloppy: anyFromText, fromTyped: undefined }
    case 'null':
      return nullable(raw)
    case 'custom':
      return { fromSloppy: textFromText, fromTyped: decodeEnvelopes }
    case 'enum':
      return literalReader(Object.values(definition.entries ?? {}))
    case 'literal':
      return literalReader(definition.values ?? [])
    case 'nullable':
      return nullable(readerOf(definition.innerType, compilation))
    default:
      return buildComposite(definition, compilation)
  }
}

function buildComposite(definition: SchemaDefinition, compilation: Compilation): SchemaReader {
  switch (definition.type) {
    case 'array':
      return listReader([], readerOf(definition.element, compilation))
    case 'tuple':
      return listReader(
        (definition.items ?? []).map((item) => readerOf(item, compilation)),
        readerOf(definition.rest ?? undefined, compilation),
      )
    case 'object':
      return objectReader(memberReaders(definition.shape ?? {}, compilation), undefined)
    case 'record':
      return objectReader([], readerOf(definition.valueType, compilation))
    case 'union':
      return unionReader(definition.options ?? [], compilation)
    case 'intersection':
      return inTurn(readerOf(definition.left, compilation), readerOf(definition.right, compilation))
    case 'pipe':
      return readerOf(definition.in, compilation)
    case 'lazy':
      return readerOf(definition.getter?.(), compilation)
    default:
      return definition.innerType === undefined ? raw : readerOf(definition.innerType, compilation)
  }
}

/** `coerce` schemas convert by themselves what the wire's rules refuse. */
function lenient(reader: SchemaReader): SchemaReader {
  const orRaw = (convert: Conversion) => (value: unknown) => {
    const converted = convert(value)
    return converted instanceof ConversionFailure ? value : converted
  }
  return {
    fromSloppy: orRaw(reader.fromSloppy),
    fromTyped: reader.fromTyped && orRaw(reader.fromTyped),
  }
}

function nullable(reader: SchemaReader): SchemaReader {
  const { fromSloppy, fromTyped } = reader
  return {
    fromSloppy: (value) => (value === 'null' || value === null ? null : fromSloppy(value)),
    fromTyped: fromTyped && ((value) => (value === null ? null : fromTyped(value))),
  }
}

/** Text is looked up among the values that are no text themselves. */
function literalReader(values: readonly unknown[]): SchemaReader {
  const byText = new Map<string, unknown>()
  for (const value of values) if (typeof value !== 'string') byText.set(String(value), value)
  for (const value of values) if (typeof value === 'string') byText.delete(value)
  if (byText.size === 0) return raw
  return {
    fromSloppy: (value) =>
      typeof value === 'string' && byText.has(value) ? byText.get(value) : textFromText(value),
    fromTyped: undefined,
  }
}

function listReader(items: readonly SchemaReader[], rest: SchemaReader): SchemaReader {
  const convertAll = (list: readonly unknown[], mode: keyof SchemaReader): unknown => {
    const result: unknown[] = []
    for (const [index, item] of list.entries()) {
      const convert = (items[index] ?? rest)[mode]
      const converted = convert === undefined ? item : convert(item)
      if (converted instanceof ConversionFailure) return converted
      result.push(converted)
    }
    return result
  }
  const needsTyped = [...items, rest].some((reader) => reader.fromTyped !== undefined)
  const fromTyped = (value: unknown): unknown =>
    needsTyped && Array.isArray(value) ? convertAll(value, 'fromTyped') : value
  const fromSloppy = (value: unknown): unknown => {
    if (value === '' || value === undefined) return undefined
    if (typeof value !== 'string' || !looksLikeJsonArray(value)) {
      return convertAll(Array.isArray(value) ? value : [value], 'fromSloppy')
    }
    const parsed = parseJsonText(value, malformedArray)
    return parsed instanceof ConversionFailure ? parsed : fromTyped(parsed)
  }
  return { fromSloppy, fromTyped: needsTyped ? fromTyped : undefined }
}

type MemberReader = readonly [name: string, reader: SchemaReader]

function memberReaders(
  shape: Readonly<Record<string, ZodType>>,
  compilation: Compilation,
): readonly MemberReader[] {
  return Object.entries(shape).map(([name, schema]) => [name, readerOf(schema, compilation)])
}

/** `every` reads the members of records. Own members only; a key `__proto__` is left to the schema, which drops it. */
function objectReader(
  members: readonly MemberReader[],
  every: SchemaReader | undefined,
): SchemaReader {
  const convertAll = (source: object, mode: keyof SchemaReader): unknown => {
    const copy: Record<string, unknown> = { ...source }
    const readers =
      every === undefined ? members : Object.keys(source).map((name) => [name, every] as const)
    for (const [name, reader] of readers) {
      if (!Object.hasOwn(source, name) || name === '__proto__') continue
      const convert = reader[mode]
      const converted = convert === undefined ? copy[name] : convert(copy[name])
      if (converted instanceof ConversionFailure) return failureInMember(name, converted)
      copy[name] = converted
    }
    return copy
  }
  const needsTyped =
    every?.fromTyped !== undefined || members.some(([, reader]) => reader.fromTyped !== undefined)
  const fromTyped = (value: unknown): unknown =>
    needsTyped && isRecord(value) ? convertAll(value, 'fromTyped') : value
  const fromSloppy = (value: unknown): unknown => {
    if (value === '') return undefined
    if (typeof value !== 'string') return isRecord(value) ? convertAll(value, 'fromSloppy') : value
    if (!looksLikeJsonObject(value)) return value
    const parsed = parseJsonText(value, malformedObject)
    return parsed instanceof ConversionFailure ? parsed : fromTyped(parsed)
  }
  return { fromSloppy, fromTyped: needsTyped ? fromTyped : undefined }
}

function failureInMember(name: string, inner: ConversionFailure): ConversionFailure {
  const path = inner.path === undefined ? name : `${name}.${inner.path}`
  const text = inner.path === undefined ? `${name}: ` : `${name}.`
  return new ConversionFailure(text + inner.message, path, inner.cause)
}

function isRecord(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  )
}

/** The first option whose conversion its own schema takes. Source: remoting S-17. */
function unionReader(options: readonly ZodType[], compilation: Compilation): SchemaReader {
  const choices = options.map((schema) => ({ schema, reader: readerOf(schema, compilation) }))
  const choose = (value: unknown, mode: keyof SchemaReader): unknown => {
    for (const { schema, reader } of choices) {
      const convert = reader[mode]
      const converted = convert === undefined ? value : convert(value)
      if (!(converted instanceof ConversionFailure) && accepts(schema, converted)) return converted
    }
    return value
  }
  const needsTyped = choices.some(({ reader }) => reader.fromTyped !== undefined)
  return {
    fromSloppy: (value) => (value === '' ? undefined : choose(value, 'fromSloppy')),
    fromTyped: needsTyped ? (value) => choose(value, 'fromTyped') : undefined,
  }
}

function accepts(schema: ZodType, value: unknown): boolean {
  try {
    return schema.safeParse(value).success
  } catch {
    return false
  }
}

function inTurn(first: SchemaReader, second: SchemaReader): SchemaReader {
  const chain = (a: Conversion | undefined, b: Conversion | undefined): Conversion | undefined => {
    if (a === undefined || b === undefined) return a ?? b
    return (value) => {
      const between = a(value)
      return between instanceof ConversionFailure ? between : b(between)
    }
  }
  return {
    fromSloppy: chain(first.fromSloppy, second.fromSloppy) ?? textFromText,
    fromTyped: chain(first.fromTyped, second.fromTyped),
  }
}

function bigintFromText(value: unknown): unknown {
  return value === '' ? undefined : bigintFromTyped(value)
}

/** JSON has no such type: safe integers and text of digits stand for it. */
function bigintFromTyped(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : notANumber
  if (typeof value !== 'string') return value
  return /^-?[0-9]{1,1000}$/.test(value) ? BigInt(value) : notANumber
}
