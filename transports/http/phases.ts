import type { Middleware } from 'koa'
import { invalidArgument } from '../../core/spi.ts'

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

/** Name of a phase, with `:before` and `:after` around it. */
export type HttpPhase =
  | (typeof httpPhases)[number]
  | `${(typeof httpPhases)[number]}:before`
  | `${(typeof httpPhases)[number]}:after`

/** Koa middleware by phase, e.g. `{ initial: [helmet()], 'routes:before': [logRequests] }`. */
export type PhasedMiddleware = Readonly<
  Partial<Record<HttpPhase, Middleware | readonly Middleware[]>>
>

/** Middleware sorted by phase, stable within. */
export class MiddlewarePhases {
  readonly #slots = new Map<string, Middleware[]>(
    httpPhases.flatMap((phase) =>
      [`${phase}:before`, phase, `${phase}:after`].map((name) => [name, []]),
    ),
  )

  /** **Errors**: `INVALID_ARGUMENT` for an unknown phase. Source: framework F-1.19. */
  add(phase: string, middleware: Middleware): void {
    const slot = this.#slots.get(phase)
    if (slot === undefined) throw invalidArgument(`Unknown middleware phase ${phase}`)
    slot.push(middleware)
  }

  /** Something stands ahead of the shared methods' own place. */
  get hasMiddlewareAhead(): boolean {
    for (const [name, slot] of this.#slots) {
      if (name === 'routes:after') return false
      if (slot.length > 0) return true
    }
    return false
  }

  get isEmpty(): boolean {
    return this.ordered().length === 0
  }

  /** All middleware; `routes` stands where the mounted transports answer. */
  ordered(routes: readonly Middleware[] = []): Middleware[] {
    return [...this.#slots].flatMap(([name, slot]) =>
      name === 'routes' ? [...slot, ...routes] : slot,
    )
  }
}
