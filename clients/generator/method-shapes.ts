import { shortName } from './model-operations.ts'
import { typeNames } from './model-shapes.ts'
import type {
  ClassDescription,
  MethodDescription,
  ParameterDescription,
  ReadManifest,
  ReturnDescription,
} from './read-manifest.ts'
import { shapeFromName, type TypeNames } from './shape-from-name.ts'
import { shapeFromSchema } from './shape-from-schema.ts'
import { type Member, orNull, plain, type TypeShape, unionOf, unknownType } from './type-shape.ts'

/** What a client calls: a method with its types. */
export interface MethodShape {
  /** Without class and `prototype.`: `rename`. */
  readonly name: string
  /** Type of the key of the row, for methods of one row. */
  readonly id: TypeShape | undefined
  readonly args: readonly Member[]
  readonly result: TypeShape
  /** The result comes item by item. */
  readonly streams: boolean
}

/** The types of one method. */
export function methodShape(
  method: MethodDescription,
  shared: ClassDescription,
  manifest: ReadManifest,
): MethodShape {
  const model = manifest.models.find(({ name }) => name === shared.model)
  const sent = typeNames(manifest, model, 'sent')
  const received = typeNames(manifest, model, 'received')
  const name = shortName(shared, method.name)
  return {
    name: method.isStatic ? name : name.replace(/^prototype\./, ''),
    id: method.isStatic ? undefined : keyShape(shared, sent),
    args: method.accepts
      .filter(({ documented }) => documented)
      .map((parameter) => argument(parameter, sent)),
    result: resultShape(method, received),
    streams: method.streams,
  }
}

/** What loads the row: one argument, or several by name. */
function keyShape(shared: ClassDescription, names: TypeNames): TypeShape {
  const members = (shared.sharedCtor?.accepts ?? []).map((parameter) => argument(parameter, names))
  const [only] = members
  if (only === undefined) return names.id
  return members.length === 1 ? only.type : { kind: 'object', members }
}

function argument(parameter: ParameterDescription, names: TypeNames): Member {
  const type =
    parameter.schema === undefined
      ? shapeFromName(parameter.type, names)
      : shapeFromSchema(parameter.schema, names)
  const one = parameter.nullable ? orNull(type) : type
  return {
    name: parameter.name,
    type: parameter.allowArray ? unionOf([one, { kind: 'list', item: type }]) : one,
    optional: !parameter.required,
    description: parameter.description ?? describedBy(parameter.schema),
  }
}

function describedBy(schema: ParameterDescription['schema']): string | undefined {
  const text = schema?.['description']
  return typeof text === 'string' ? text : undefined
}

/** A root value is the result; others are members of one object; without either there is nothing. */
function resultShape(method: MethodDescription, names: TypeNames): TypeShape {
  const inBody = method.returns.filter(({ target }) => target === 'body')
  const root = inBody.find((returned) => returned.root)
  if (method.streams) return itemShape(inBody[0], names)
  if (inBody.length === 0) return plain('void')
  const named = inBody.filter((returned) => !returned.root)
  const members = named.map((returned) => ({
    name: returned.name,
    type: returnShape(returned, names),
    optional: false,
  }))
  if (root === undefined) return { kind: 'object', members }
  const type = returnShape(root, names)
  return members.length === 0 ? type : { kind: 'both', parts: [type, { kind: 'object', members }] }
}

function itemShape(returned: ReturnDescription | undefined, names: TypeNames): TypeShape {
  return returned?.items === undefined ? unknownType : shapeFromSchema(returned.items, names)
}

function returnShape(returned: ReturnDescription, names: TypeNames): TypeShape {
  return returned.schema === undefined
    ? shapeFromName(returned.type, names)
    : shapeFromSchema(returned.schema, names)
}
