/** Where an argument goes: `body` is the whole body, `field` a member of it, `file` a part of a form. */
export type ArgumentPlace = 'path' | 'query' | 'header' | 'body' | 'field' | 'file'

/**
 * What JSON cannot say about a value: `date` and `bytes` are the value itself, `#Book` has the shape of that model, an
 * object names the members that have one. A list has the shape of its items.
 *
 * **Shape**: `{ published: 'date', author: '#Author' }`.
 */
export type ValueShape = string | { readonly [member: string]: ValueShape }

/** One shared method as REST reaches it. */
export interface MethodDescription {
  /** In lower case, e.g. `get`. */
  readonly verb: string
  /** Below the class path, or below that of the instance: `/`, `/:id`. */
  readonly path: string
  /** Places by name; other arguments are not sent. */
  readonly args?: Readonly<Record<string, ArgumentPlace>>
  /** The result is a stream of items. */
  readonly streams?: true
  /** It may be repeated without harm. */
  readonly isIdempotent?: true
  /** The result is the content of a file. */
  readonly file?: true
  /** Shape of the result, or of each item of a stream. Left out where JSON says everything. */
  readonly result?: ValueShape
}

/** One shared class. */
export interface ClassDescription {
  /** Below the mount point, e.g. `/Books`. */
  readonly path: string
  /** Below the class path, e.g. `/:id`; left out where the class has no instance methods. */
  readonly instancePath?: string
  /** It has the methods of a model. */
  readonly isModel?: true
  /** By name; those of an instance are called `prototype.rename`. */
  readonly methods: Readonly<Record<string, MethodDescription>>
}

/**
 * What a client has to know of an application at run time. Generated files export one as `api`; `describeApi` makes one
 * from a manifest.
 *
 * ```ts
 * const api: ApiDescription = {
 *   viaduct: 1,
 *   classes: {
 *     Book: {
 *       path: '/Books', instancePath: '/:id', isModel: true,
 *       methods: { find: { verb: 'get', path: '/', args: { filter: 'query' }, isIdempotent: true, result: '#Book' } },
 *     },
 *   },
 *   models: { Book: { published: 'date', author: '#Author' } },
 * }
 * ```
 */
export interface ApiDescription {
  /** Version of the form. */
  readonly viaduct: 1
  readonly classes: Readonly<Record<string, ClassDescription>>
  /** Shapes of rows by model name; models whose rows are plain JSON are left out. */
  readonly models?: Readonly<Record<string, ValueShape>>
}
