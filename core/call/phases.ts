import { remoteError } from '../error/remote-error.ts'
import { checkPattern, type Hook, type HookEntry, selectHooks } from '../method/hooks.ts'

/** Where inside a phase a handler runs. */
export type PhaseSlot = 'before' | 'use' | 'after'

/** A named stage of the pipeline with its three lists of handlers. */
export interface Phase {
  readonly name: string
  readonly before: readonly HookEntry[]
  readonly use: readonly HookEntry[]
  readonly after: readonly HookEntry[]
}

interface MutablePhase {
  readonly name: string
  readonly before: HookEntry[]
  readonly use: HookEntry[]
  readonly after: HookEntry[]
}

/**
 * The ordered phases of an application. The built-in ones are `auth` and `invoke`.
 *
 * **Order**: phases in list order, inside a phase before, use, after, inside a slot by registration.
 * Source: remoting H-1, 4.3, framework section 11.
 */
export class PhaseList {
  #phases: MutablePhase[] = []

  constructor(names: readonly string[] = []) {
    for (const name of names) this.add(name)
  }

  /** Appends a phase. **Errors**: a phase of that name exists. */
  add(name: string): this {
    return this.addAt(this.#phases.length, name)
  }

  addAt(index: number, name: string): this {
    if (typeof name !== 'string' || name === '') {
      throw remoteError('INVALID_ARGUMENT', 'Cannot add a non phase object to a PhaseList')
    }
    if (this.has(name)) throw remoteError('INVALID_ARGUMENT', `Phase "${name}" already exists.`)
    this.#phases.splice(index, 0, { name, before: [], use: [], after: [] })
    return this
  }

  addBefore(existing: string, name: string): this {
    return this.addAt(this.#indexOf(existing), name)
  }

  addAfter(existing: string, name: string): this {
    return this.addAt(this.#indexOf(existing) + 1, name)
  }

  /** Removes a phase with its handlers; `undefined` when there is none. */
  remove(name: string): Phase | undefined {
    const index = this.#phases.findIndex((phase) => phase.name === name)
    return index < 0 ? undefined : this.#phases.splice(index, 1)[0]
  }

  find(name: string): Phase | undefined {
    return this.#phases.find((phase) => phase.name === name)
  }

  findOrAdd(name: string): Phase {
    if (!this.has(name)) this.add(name)
    return this.#phases[this.#indexOf(name)] as MutablePhase // #indexOf throws when absent
  }

  has(name: string): boolean {
    return this.find(name) !== undefined
  }

  first(): Phase | undefined {
    return this.#phases[0]
  }

  last(): Phase | undefined {
    return this.#phases.at(-1)
  }

  toArray(): readonly Phase[] {
    return [...this.#phases]
  }

  getPhaseNames(): readonly string[] {
    return this.#phases.map((phase) => phase.name)
  }

  /**
   * Merges a list of names, keeping its order relative to the phases already there. Source: framework F-11.3.
   *
   * **Errors**: two names stand in the opposite order already.
   */
  zipMerge(names: readonly string[]): this {
    let cursor = -1
    for (const [position, name] of names.entries()) {
      const found = this.#phases.findIndex((phase) => phase.name === name)
      if (found > cursor) cursor = found
      else if (found >= 0) throw orderingConflict(name, names[position - 1])
      else this.addAt(++cursor, name)
    }
    return this
  }

  /**
   * Registers a handler under `phase`, `phase:before` or `phase:after` for the methods its pattern matches.
   *
   * **Errors**: unknown phase or slot. Source: remoting PH-1 … PH-3.
   */
  registerHandler(phaseName: string, pattern: string, hook: Hook): this {
    const [name = '', slot = 'use'] = phaseName.split(':')
    const phase = this.#phases[this.#indexOf(name)]
    if (slot !== 'use' && slot !== 'before' && slot !== 'after') {
      throw remoteError('INVALID_ARGUMENT', `unknown phase slot "${phaseName}"`)
    }
    phase?.[slot].push({ pattern: checkPattern(pattern), hook })
    return this
  }

  /** The handlers of one phase slot that belong to a method, in registration order. */
  handlersFor(name: string, slot: PhaseSlot, fullName: string): readonly Hook[] {
    return selectHooks(this.find(name)?.[slot] ?? [], fullName, 'registration')
  }

  #indexOf(name: string): number {
    const index = this.#phases.findIndex((phase) => phase.name === name)
    if (index < 0) throw remoteError('INVALID_ARGUMENT', `Unknown phase: ${name}`)
    return index
  }
}

function orderingConflict(name: string, after: string | undefined): Error {
  return remoteError(
    'INVALID_ARGUMENT',
    `Ordering conflict: cannot add "${name}" after "${after}", because the opposite order was  already specified`,
  )
}
