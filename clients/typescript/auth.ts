import { checkOptions } from './call-options.ts'
import type { ClientMiddleware, OutgoingCall } from './channel.ts'
import { is } from './remote-error.ts'

/** Where a token outlives the page: `localStorage`, a key chain, a cookie of the server that renders. */
export interface TokenStorage {
  load(): string | undefined | null | Promise<string | undefined | null>
  save(token: string): unknown
  clear(): unknown
}

/** Options of {@link auth}. */
export interface AuthOptions {
  /** The token to begin with. @default what the storage holds */
  readonly token?: string | undefined
  /**
   * Gets a new token for one the server refused with 401; undefined: there is none, the calls fail with their 401.
   * It must not call through the same client.
   */
  readonly refresh?: ((expired: string | undefined) => Promise<string | undefined>) | undefined
  readonly storage?: TokenStorage | undefined
  /** Stands in front of the token. @default none: the token alone, as LoopBack takes it */
  readonly scheme?: string | undefined
}

/** Sign-in as middleware. */
export interface Auth extends ClientMiddleware {
  /** The token in use. */
  token(): Promise<string | undefined>
  /** Uses another token from now on, e.g. after a login; undefined signs out. */
  setToken(token: string | undefined): Promise<void>
}

/**
 * Sends a token as `authorization` with every call that has none of its own. After a 401 it is refreshed, once for all
 * calls that wait for it, and each of them is repeated once: a call that was refused has done no work.
 */
export function auth(options: AuthOptions): Auth {
  checkOptions('auth', options, ['token', 'refresh', 'storage', 'scheme'])
  const holder = new TokenHolder(options)
  const prefix = options.scheme === undefined ? '' : `${options.scheme} `
  const signed = (call: OutgoingCall, token: string | undefined): OutgoingCall =>
    token === undefined
      ? call
      : { ...call, metadata: { ...call.metadata, authorization: prefix + token } }
  const middleware: ClientMiddleware = (next) => async (call) => {
    if (call.metadata?.['authorization'] !== undefined) return next(call)
    const token = await holder.current()
    try {
      return await next(signed(call, token))
    } catch (error) {
      if (!is(error) || error.statusCode !== 401) throw error
      const fresh = await holder.replace(token)
      if (fresh === undefined || fresh === token) throw error
      return next(signed(call, fresh))
    }
  }
  return Object.assign(middleware, {
    token: () => holder.current(),
    setToken: (token: string | undefined) => holder.set(token),
  })
}

class TokenHolder {
  readonly #options: AuthOptions
  #token: Promise<string | undefined> | undefined
  #refreshing: Promise<string | undefined> | undefined

  constructor(options: AuthOptions) {
    this.#options = options
    if (options.token !== undefined) this.#token = Promise.resolve(options.token)
  }

  current(): Promise<string | undefined> {
    this.#token ??= this.#load()
    return this.#token
  }

  async set(token: string | undefined): Promise<void> {
    this.#token = Promise.resolve(token)
    const { storage } = this.#options
    await (token === undefined ? storage?.clear() : storage?.save(token))
  }

  /** The token that came after a refused one; whoever asks first has it made. */
  async replace(refused: string | undefined): Promise<string | undefined> {
    if (this.#refreshing !== undefined) return this.#refreshing
    const token = await this.current()
    if (token !== refused) return token
    this.#refreshing ??= this.#refresh(refused).finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #refresh(refused: string | undefined): Promise<string | undefined> {
    const token = await this.#options.refresh?.(refused)
    if (this.#options.refresh !== undefined) await this.set(token)
    return token
  }

  async #load(): Promise<string | undefined> {
    return (await this.#options.storage?.load()) ?? undefined
  }
}
