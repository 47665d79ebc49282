/**
 * The in-memory store of the hand-written peers: rows by id in one Map. The caller validates first, so the spread below
 * copies known members only.
 */
export function createStore() {
  const rows = new Map()
  let lastId = 0

  return {
    create(data) {
      const row = { id: ++lastId, ...data }
      rows.set(row.id, row)
      return row
    },
    list: (limit = 100) => [...rows.values()].slice(0, limit),
    count: () => ({ count: rows.size }),
    get: (id) => rows.get(id),
    exists: (id) => ({ exists: rows.has(id) }),
    first: () => rows.values().next().value,
    replace(id, data) {
      const row = { id, ...data }
      rows.set(id, row)
      return row
    },
    patch(id, data) {
      const row = { ...rows.get(id), ...data, id }
      rows.set(id, row)
      return row
    },
    patchAll(data) {
      for (const [id, row] of rows) rows.set(id, { ...row, ...data, id })
      return { count: rows.size }
    },
    remove: (id) => ({ count: rows.delete(id) ? 1 : 0 }),
    clear() {
      rows.clear()
    },
  }
}
