import type { ConnectorSupport } from '../../core/spi.ts'

/** What the memory connector claims; only persistence depends on its options. */
export function supportsOf(options: { readonly isPersistent: boolean }): ConnectorSupport {
  return Object.freeze({
    persistent: options.isPersistent,
    transactions: true,
    savepoints: false,
    atomicUpsert: true,
    atomicIncrement: true,
    multiInsert: true,
    aggregate: true,
    ilike: 'native',
    regexp: 'native',
    exists: 'native',
    nor: 'native',
    nestedProperty: 'native',
    near: 'native',
    relatedFilter: 'emulated',
    includeLimit: 'native',
    functionWhere: true,
    compositeIds: true,
    openModels: true,
    likeCase: 'sensitive',
    emptyStringIsNull: false,
    maxInValues: Number.MAX_SAFE_INTEGER,
    filterKeys: Object.freeze([]),
  })
}
