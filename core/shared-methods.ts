import type { ZodType, z } from 'zod'
import type { Repositories } from './data/repository-types.ts'
import type { CallContext } from './method/context.ts'
import type { SharedMethodValue } from './method/shared-class.ts'
import type {
  AcceptsDefinition,
  ReturnsDefinition,
  SharedMethodDefinition,
} from './method/shared-method.ts'
import type { ModelDefinitions } from './model/define-model.ts'

/** Parameters by name, as schemas. */
export type Schemas = Readonly<Record<string, ZodType>>

/** What a method gets: the output of each parameter's schema; without schemas, anything. */
export type ArgsOf<Accepts> = Accepts extends Schemas
  ? { readonly [Name in keyof Accepts]: z.output<Accepts[Name]> }
  : Readonly<Record<string, unknown>>

/** What a method may return: what its schema describes; without a schema, anything. */
export type ResultOf<Returns> = Returns extends ZodType ? z.input<Returns> : unknown

/** A schema marked as the item type of a stream, see {@link streamOf}. */
export interface StreamReturn<Item extends ZodType = ZodType> {
  readonly arg: 'items'
  readonly type: 'ReadableStream'
  readonly json: true
  readonly root: true
  readonly items: Item
  readonly [key: string]: unknown
}

/** Declares a result as a stream of items: `returns: streamOf(z.object({ line: z.string() }))`. */
export function streamOf<Item extends ZodType>(items: Item): StreamReturn<Item> {
  return { arg: 'items', type: 'ReadableStream', json: true, root: true, items }
}

type YieldOf<Returns> =
  Returns extends StreamReturn<infer Item>
    ? AsyncIterable<z.input<Item>> | ReadableStream<z.input<Item>> | SubscribableOf<z.input<Item>>
    : ResultOf<Returns>

/** An Observable of rxjs, or any other of its shape. */
interface SubscribableOf<Item> {
  subscribe(observer: { next(value: Item): void }): { unsubscribe(): void }
}

/** Describes shared methods of an application whose models are known. */
export type MethodFactory<Models extends ModelDefinitions> = <
  const Accepts extends AcceptsDefinition = Record<never, never>,
  const Returns extends ReturnsDefinition = [],
>(
  definition: SharedMethodDefinition & { readonly accepts?: Accepts; readonly returns?: Returns },
  handler: (
    args: ArgsOf<Accepts>,
    context: CallContext<Repositories<Models>>,
  ) => YieldOf<Returns> | Promise<YieldOf<Returns>>,
) => SharedMethodValue<
  ArgsOf<Accepts>,
  CallContext<Repositories<Models>>,
  YieldOf<Returns> | Promise<YieldOf<Returns>>
>

/**
 * Makes the `method` function of an application: arguments are typed by their schemas, `context.models` by the models.
 *
 * ```ts
 * const method = sharedMethods({ Book })
 * const longest = method(
 *   { accepts: { limit: z.int().max(100).default(10) }, http: { verb: 'get' } },
 *   ({ limit }, { models }) => models.Book.find({ order: 'pages DESC', limit }),
 * )
 * ```
 */
export function sharedMethods<const Models extends ModelDefinitions = Record<never, never>>(
  _models?: Models,
): MethodFactory<Models> {
  return (definition, handler) => ({ definition, handler })
}
