import { compilePlan, type Plan, type PlanEnvironment } from './call/plan.ts'
import type { Catalog } from './catalog.ts'
import type { SharedMethod } from './method/shared-method.ts'

/**
 * The plans of one catalog. A plan follows from frozen data alone, so it is compiled at the first call of its method: an
 * application of a thousand models starts without paying for the methods nobody calls.
 */
export class PlanBook {
  readonly #classes: Catalog['classes']
  readonly #plans = new Map<SharedMethod, Plan>()
  readonly #environment: PlanEnvironment

  constructor(catalog: Catalog, environment: PlanEnvironment) {
    this.#environment = environment
    this.#classes = catalog.classes
  }

  /** `undefined` for a method that is not in the catalog. */
  planOf(method: SharedMethod): Plan | undefined {
    const known = this.#plans.get(method)
    if (known !== undefined) return known
    const owner = this.#classes.find(
      (shared) => shared.name === method.className && shared.methods.includes(method),
    )
    if (owner === undefined) return undefined
    const plan = compilePlan(method, owner.sharedCtor, this.#environment)
    this.#plans.set(method, plan)
    return plan
  }
}
