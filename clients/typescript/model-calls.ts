/** How a call of a model's surface becomes a call of a shared method. */
export interface ModelCall {
  /** Name of the shared method below its class. */
  readonly method: string
  /** Names of the positional arguments; the one behind them are the options. */
  readonly names: readonly string[]
  /** The first argument is the key of the row, not an argument of the method. */
  readonly onInstance?: true
  readonly isIdempotent?: true
  readonly streams?: true
  /** `MODEL_NOT_FOUND` is no error but null. */
  readonly orNull?: true
  /** The member of the result that is the value. */
  readonly member?: string
}

const reading = { isIdempotent: true } as const

/** The calls of {@link Model}. Source: data 2.4. */
export const modelCalls: Readonly<Record<string, ModelCall>> = {
  find: { method: 'find', names: ['filter'], ...reading },
  findOne: { method: 'findOne', names: ['filter'], orNull: true, ...reading },
  findById: { method: 'findById', names: ['id', 'filter'], orNull: true, ...reading },
  count: { method: 'count', names: ['where'], member: 'count', ...reading },
  exists: { method: 'exists', names: ['id'], member: 'exists', ...reading },
  create: { method: 'create', names: ['data'] },
  update: { method: 'prototype.patchAttributes', names: ['data'], onInstance: true },
  updateAll: { method: 'updateAll', names: ['where', 'data'] },
  replace: { method: 'replaceById', names: ['id', 'data'], ...reading },
  upsert: { method: 'patchOrCreate', names: ['data'] },
  upsertWithWhere: { method: 'upsertWithWhere', names: ['where', 'data'] },
  replaceOrCreate: { method: 'replaceOrCreate', names: ['data'] },
  delete: { method: 'deleteById', names: ['id'], ...reading },
  watch: { method: 'createChangeStream', names: ['options'], streams: true, ...reading },
}

/** The calls of a relation; its name stands at the end of the method's. Source: data 4.9. */
export const relationCalls: Readonly<Record<string, ModelCall>> = {
  find: { method: 'prototype.__get__', names: ['filter'], ...reading },
  findById: { method: 'prototype.__findById__', names: ['fk'], ...reading },
  count: { method: 'prototype.__count__', names: ['where'], member: 'count', ...reading },
  create: { method: 'prototype.__create__', names: ['data'] },
  updateById: { method: 'prototype.__updateById__', names: ['fk', 'data'] },
  deleteById: { method: 'prototype.__destroyById__', names: ['fk'], ...reading },
  deleteAll: { method: 'prototype.__delete__', names: [], ...reading },
  get: { method: 'prototype.__get__', names: [], orNull: true, ...reading },
  update: { method: 'prototype.__update__', names: ['data'] },
  delete: { method: 'prototype.__destroy__', names: [], ...reading },
}

/** The calls of a named scope. Source: data D-4.8-4. */
export const scopeCalls: Readonly<Record<string, ModelCall>> = {
  find: { method: '__get__', names: ['filter'], ...reading },
  count: { method: '__count__', names: ['where'], member: 'count', ...reading },
  create: { method: '__create__', names: ['data'] },
  deleteAll: { method: '__delete__', names: [], ...reading },
}
