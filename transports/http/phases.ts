import type { Middleware } from 'koa'
import { invalidArgument, PhaseList, type ProfileName } from '../../core/spi.ts'
import {
  type CompiledEntry,
  compileEntry,
  type PathMatcher,
  type PhaseEntry,
} from './scoped-middleware.ts'

/** The phases a request walks through, in order. Source: framework F-1.18. */
export const httpPhases = [
  'initial',
  'session',
  'auth',
  'parse',
  'routes',
  'files',
  'final',
] as const

type PhaseName = (typeof httpPhases)[number] | (string & {})

/** Name of a phase, one's own included, with `:before` and `:after` around it. */
export type HttpPhase = PhaseName | `${PhaseName}:before` | `${PhaseName}:after`

/** Koa middleware by phase, e.g. `{ initial: [helmet()], 'routes:before': { paths: '/admin', use: guard } }`. */
export type PhasedMiddleware = Readonly<
  Partial<Record<HttpPhase, PhaseEntry | readonly PhaseEntry[]>>
>

/** The phases of a host, with their middleware in order of registration. */
export class MiddlewarePhases {
  readonly #phases = new PhaseList(httpPhases)
  readonly #slots = new Map<string, CompiledEntry[]>()
  /** The phase single additions are put ahead of. */
  readonly #next: string

  constructor(profile: ProfileName) {
    this.#next = profile === 'loopback3' ? 'parse' : 'routes'
  }

  /** Slots in order: `initial:before`, `initial`, `initial:after`, … */
  get names(): readonly string[] {
    return this.#phases
      .getPhaseNames()
      .flatMap((phase) => [`${phase}:before`, phase, `${phase}:after`])
  }

  /**
   * Adds phases: one by its name, ahead of `routes` (in `loopback3` ahead of `parse`) and behind those added so before; several
   * by a list that is merged into the order there is, e.g. `['session', 'tenant', 'auth']`.
   *
   * **Errors**: `INVALID_ARGUMENT` for a name that exists, is none, or contradicts the order. Source: framework F-1.22, F-1.23.
   */
  define(names: string | readonly string[]): void {
    if (typeof names === 'string') this.#phases.addBefore(this.#next, checkName(names))
    else if (Array.isArray(names)) this.#phases.zipMerge(names.map(checkName))
    else throw invalidArgument(`phases are named by texts, got ${typeof names}`)
  }

  /**
   * Adds middleware to a phase. **Errors**: `INVALID_ARGUMENT` for an unknown phase and for what is no middleware.
   * Source: framework F-1.19.
   */
  add(phase: string, entry: PhaseEntry): void {
    if (!this.names.includes(phase)) throw invalidArgument(`Unknown middleware phase ${phase}`)
    const slot = this.#slots.get(phase) ?? []
    slot.push(compileEntry(entry, `phase ${phase}`))
    this.#slots.set(phase, slot)
  }

  /**
   * Where middleware stands ahead of the shared methods' own place: everywhere (`true`), or at the paths one of the matchers
   * knows; an empty list says nowhere.
   */
  get ahead(): true | readonly PathMatcher[] {
    const names = this.names
    const entries = names
      .slice(0, names.indexOf('routes') + 1)
      .flatMap((name) => this.#slots.get(name) ?? [])
    const matchers = entries.flatMap(({ match }) => (match === undefined ? [] : [match]))
    return matchers.length < entries.length ? true : matchers
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0
  }

  /** All middleware; `routes` stands where the mounted transports answer. */
  ordered(routes: readonly Middleware[] = []): Middleware[] {
    return this.names.flatMap((name) => {
      const own = (this.#slots.get(name) ?? []).map(({ middleware }) => middleware)
      return name === 'routes' ? [...own, ...routes] : own
    })
  }
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && !name.includes(':')) return name
  const given = typeof name === 'string' ? `"${name}"` : typeof name
  throw invalidArgument(`the name of a phase is a text without a colon, got ${given}`)
}
