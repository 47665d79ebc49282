import type { Catalog } from './catalog.ts'
import type { Key } from './key.ts'
import type { CallContext } from './method/context.ts'
import type { Hook } from './method/hooks.ts'
import type { Profile } from './profile.ts'

/** What a component may do with the application it is installed in. */
export interface Scope {
  readonly profile: Profile
  readonly catalog: () => Catalog
  /** Repositories by model name. */
  readonly models: () => Readonly<Record<string, unknown>>
  /** Runs ahead of every hook and method, first in phase `auth`. A throw refuses the call. Source: remoting HO-4. */
  authorize(hook: Hook): void
  before(pattern: string, hook: Hook): void
  after(pattern: string, hook: Hook): void
  afterError(pattern: string, hook: Hook): void
  /** Adds to the computed options of every call. Source: remoting X-2. */
  computeOptions(make: (context: CallContext) => Readonly<Record<string, unknown>>): void
  provide<T>(key: Key<T>, value: T): void
  /** **Errors**: nobody provides it. */
  get<T>(key: Key<T>): T
  readonly warn: (message: string) => void
}

/** Adds behaviour across methods: users, access control, health. Installed with `app.install`. */
export interface Component {
  readonly kind: 'component'
  readonly name: string
  /** Keys that another plugin must provide. */
  readonly requires?: readonly Key<unknown>[]
  readonly provides?: readonly Key<unknown>[]
  /** Before the catalog is built; in order of installation. */
  install(scope: Scope): void
  /** After data sources are open, before transports listen. */
  start?(signal: AbortSignal): Promise<void>
  /** After transports are closed, in reverse order. */
  stop?(): Promise<void>
}
