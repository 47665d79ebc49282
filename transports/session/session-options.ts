import {
  type Catalog,
  invalidArgument,
  type ProblemOptions,
  type SharedMethod,
  type TransportEnvironment,
} from '../../core/spi.ts'
import { serverRichTypes } from '../codec/server-rich-types.ts'
import { defaultSessionLimits, type SessionLimits } from './limits.ts'
import { type Authenticate, SessionHost } from './session-host.ts'

/** What every transport with sessions may be given. */
export interface SessionOptions {
  /** @default see `SessionLimits` */
  readonly limits?: Partial<SessionLimits>
  /**
   * Finds out who a client is, from the token of its hello and the headers of its connection. What it resolves to becomes
   * `accessToken` of every call; rejecting closes the connection with 4401. @default everybody, without an access token
   */
  readonly authenticate?: Authenticate
}

/** Bytes a message must be able to have: every problem fits in. */
const leastBytes = 1024

/** Fills in limits. **Errors**: `INVALID_ARGUMENT` for an unknown one or one that is no number from 0. */
export function readSessionLimits(given: Partial<SessionLimits> = {}): SessionLimits {
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultSessionLimits, key)) {
      throw invalidArgument(`limits.${key}: unknown limit`)
    }
    if (!(typeof value === 'number' && value >= 0)) {
      throw invalidArgument(`limits.${key} must be a number from 0, got ${typeof value}`)
    }
    if ((key === 'maxMessageBytes' || key === 'maxReplyBytes') && value < leastBytes) {
      throw invalidArgument(`limits.${key} must be at least ${leastBytes}`)
    }
  }
  return Object.freeze({ ...defaultSessionLimits, ...given })
}

/** Refuses unknown keys of a transport's options. */
export function checkKeys(transport: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw invalidArgument(`${transport}({ ${key} }): unknown option`)
  }
}

/** Makes the host of a transport's sessions. */
export function createSessionHost(
  transport: string,
  options: SessionOptions,
  environment: TransportEnvironment,
): SessionHost {
  const { handleEagerly, catalog, log } = environment
  return new SessionHost({
    transport,
    limits: readSessionLimits(options.limits),
    authenticate: options.authenticate,
    types: serverRichTypes,
    errors: readProblemOptions(environment),
    log,
    service: {
      handle: handleEagerly,
      find: (fullName) => catalog().find(fullName),
      ctorOf: (method) => findSharedCtor(catalog(), method),
      schedule: (flush) => void setImmediate(flush),
    },
  })
}

/** The loader of the rows a prototype method runs on. */
export function findSharedCtor(catalog: Catalog, method: SharedMethod): SharedMethod | undefined {
  return catalog.classes.find(
    (shared) => shared.name === method.className && shared.methods.includes(method),
  )?.sharedCtor
}

/** The parts of the `errorHandler` section that are not about HTTP. Source: remoting E-16, CF-12, CF-14. */
function readProblemOptions({ remoting, profile }: TransportEnvironment): ProblemOptions {
  const { debug, safeFields } = remoting.errorHandler ?? {}
  return {
    debug: debug === true,
    safeFields: Array.isArray(safeFields) ? safeFields.map(String) : [],
    includeStatus: profile.compat['E-1'],
  }
}
