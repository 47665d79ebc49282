import type { MethodSource } from '../method/compile-method.ts'
import { descriptionOf } from '../method/discover.ts'
import type { Relation } from '../model/relation.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { callable, related } from './related.ts'

/**
 * The shared ones of a relation's own methods: `__recent__books` at `/:id/books/recent`, unless `http` says otherwise.
 * What they return goes out as it is. Source: data D-4.1-13.
 */
export function ownRelationMethods(
  relation: Relation,
  runtime: () => ModelRuntime,
): readonly MethodSource[] {
  const shared = [...(relation.methods ?? [])].filter(([, method]) => method.shared === true)
  return shared.map(([name, method]) => ({
    name: `__${name}__${relation.name}`,
    definition: {
      http: { path: `/${relation.path}/${name}` },
      ...descriptionOf(method),
      isStatic: false,
    },
    handler: (args: Readonly<Record<string, unknown>>, context: Called) => {
      const rows = related(runtime(), context.instance ?? {}, relation.name)
      return callable(method, rows)(...Object.values(args))
    },
  }))
}

/** Of the call's context only the row. */
interface Called {
  readonly instance?: unknown
}
