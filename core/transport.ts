import type { EagerHandler, Handler } from './call/call.ts'
import type { Catalog } from './catalog.ts'
import type { Key } from './key.ts'
import type { Profile } from './profile.ts'

/** What a transport claims; checked by the transport conformance suite. */
export interface TransportSupport {
  /** Values arrive as text in some places (query strings). */
  readonly sloppyInput: boolean
  /** Dates, buffers and other rich values arrive as they left. */
  readonly richValues: boolean
  readonly streams: boolean
  readonly files: boolean
  readonly cancellation: boolean
}

/** What a transport gets to listen with. */
export interface TransportEnvironment {
  readonly handle: Handler
  /** As {@link handle}, but what needs no waiting is answered at once. */
  readonly handleEagerly: EagerHandler
  /** The frozen catalog of this moment. */
  readonly catalog: () => Catalog
  /** Called with the new catalog after every swap. */
  readonly onCatalog: (listener: (catalog: Catalog) => void) => void
  /** Runs once every transport is mounted, before `start` resolves: the moment to open ports. */
  readonly onReady: (action: () => Promise<void>) => void
  readonly profile: Profile
  /** What `start` was called with. */
  readonly address: { readonly port: number; readonly host: string }
  /** The application's `remoting` settings. */
  readonly remoting: RemotingSettings
  readonly warn: (message: string) => void
  readonly log: (error: unknown, message: string) => void
  /** Aborted when the application stops. */
  readonly signal: AbortSignal
  /** Finds what another plugin provides, or makes it the first time. */
  readonly shared: <T>(key: Key<T>, make: () => T) => T
}

/** Settings of LoopBack's `remoting` section; a transport reads its own part. Source: remoting section 8. */
export interface RemotingSettings {
  readonly rest?: Readonly<Record<string, unknown>>
  readonly json?: Readonly<Record<string, unknown>>
  readonly urlencoded?: Readonly<Record<string, unknown>>
  readonly errorHandler?: Readonly<Record<string, unknown>>
  readonly cors?: unknown
  readonly streams?: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

/** An open transport. */
export interface Listener {
  /** Where it can be reached, e.g. `['http://127.0.0.1:3000/api']`; empty for in-process. */
  readonly addresses: readonly string[]
  /** Refuses new calls, waits for calls under way until the signal aborts. */
  close(signal?: AbortSignal): Promise<void>
}

/** Carries calls. Made by a plugin factory (`rest(options)`), installed with `app.install`. */
export interface Transport {
  readonly kind: 'transport'
  readonly name: string
  readonly supports: TransportSupport
  /** Settings of its own that replace the `remoting.rest` section for the core, too. Source: remoting M-8. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  listen(environment: TransportEnvironment): Promise<Listener>
}
