import { noneOfTheTypes } from './wire-failure.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'

/** `{anyOf: […]}`: the first type that converts without a failure wins. Source: remoting S-17. */
export function createUnionType(types: readonly WireType[]): WireType {
  const convert = (value: unknown, typed: boolean): unknown => {
    let refused: ConversionFailure | undefined
    for (const type of types) {
      const converted = typed ? type.fromTyped(value) : type.fromSloppy(value)
      if (!(converted instanceof ConversionFailure)) {
        return converted
      }
      if (converted.cause !== undefined) refused ??= converted
    }
    return refused ?? noneOfTheTypes
  }
  return Object.freeze({
    name: types.map((type) => type.name).join('|'),
    fromSloppy: (value: unknown) => convert(value, false),
    fromTyped: (value: unknown) => convert(value, true),
    validate: (value: unknown) =>
      types.some((type) => type.validate(value) === undefined) ? undefined : noneOfTheTypes,
    acceptsUndefined: types.some((type) => type.acceptsUndefined),
  })
}

/** `nullable: true`: null, and the text `null`, pass for any type. Source: remoting S-17. */
export function createNullableType(type: WireType): WireType {
  return Object.freeze({
    name: `${type.name}|null`,
    fromSloppy: (value: unknown) =>
      value === null || value === 'null' ? null : type.fromSloppy(value),
    fromTyped: (value: unknown) => (value === null ? null : type.fromTyped(value)),
    validate: (value: unknown) => (value === null ? undefined : type.validate(value)),
    acceptsUndefined: type.acceptsUndefined,
  })
}
