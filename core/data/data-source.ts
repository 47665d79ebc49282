import { RemoteError, remoteError } from '../error/remote-error.ts'
import type { Connector, ConnectorEnvironment } from './connector.ts'
import { queueCalls, refuseCalls } from './connector-queue.ts'
import type { DataTransaction } from './transaction.ts'

/** Settings of a data source the data layer itself reads; models' and connectors' settings may stand beside them. */
export interface DataSourceSettings {
  /** Milliseconds a call waits for the connection. @default 5000 */
  readonly connectionTimeout?: number
  /** Calls that may wait at the same time. @default 16 */
  readonly maxOfflineRequests?: number
  /** Longest list of keys in one query. @default what the connector can take */
  readonly inqLimit?: number
  readonly [setting: string]: unknown
}

/** How a data source is made. */
export interface DataSourceOptions {
  readonly name: string
  readonly connector: Connector
  readonly settings: DataSourceSettings
  readonly warn: (message: string) => void
}

/** One configured connection: opens its connector, and holds calls back until that is done. Source: data 8.2, 8.4. */
export class DataSource {
  readonly name: string
  readonly settings: DataSourceSettings
  readonly warn: (message: string) => void
  /** Ended by whoever began them; what is left at {@link close} is rolled back. Source: data D-7-9. */
  readonly openTransactions = new Set<DataTransaction>()
  readonly #raw: Connector
  readonly #waiting: Connector
  #current: Connector
  #opening: Promise<void> | undefined
  #environment: ConnectorEnvironment | undefined
  #queued = 0
  #isClosed = false

  constructor(options: DataSourceOptions) {
    this.name = options.name
    this.settings = options.settings
    this.warn = options.warn
    this.#raw = options.connector
    this.#waiting = queueCalls(options.connector, (signal) => this.#wait(signal))
    this.#current = this.#waiting
    const limit = options.settings.maxOfflineRequests
    if (limit !== undefined && typeof limit !== 'number') {
      throw remoteError(
        'INVALID_ARGUMENT',
        `dataSources.${this.name}.maxOfflineRequests: expected number`,
      )
    }
  }

  /** The connector to call now: the engine itself once it is open, before that one that lets calls wait. */
  get connector(): Connector {
    return this.#current
  }

  /** Connects; calls at the same time share one attempt. */
  open(environment: ConnectorEnvironment): Promise<void> {
    this.#environment = environment
    this.#isClosed = false
    if (this.#current === this.#raw) return Promise.resolve()
    this.#current = this.#waiting
    return this.#connect()
  }

  /** Rolls back what is open and disconnects; later calls reject with `UNAVAILABLE`. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const transaction of [...this.openTransactions]) await transaction.rollback()
    await this.#opening?.catch(() => {})
    const wasOpen = this.#current === this.#raw
    this.#current = refuseCalls(this.#raw, this.name)
    if (wasOpen) await this.#raw.close()
  }

  /** Tells an open connector which models there are now. */
  async define(environment: ConnectorEnvironment): Promise<void> {
    this.#environment = environment
    if (this.#current !== this.#raw) return
    if (this.#raw.define !== undefined) return this.#raw.define(environment.models)
    this.#current = this.#waiting
    await this.#raw.close()
    await this.#connect()
  }

  #connect(): Promise<void> {
    const environment = this.#environment
    if (environment === undefined) return Promise.reject(notOpened(this.name))
    this.#opening ??= this.#raw.open(environment).then(
      () => {
        this.#opening = undefined
        if (!this.#isClosed) this.#current = this.#raw
      },
      (error: unknown) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  /** Waits for the connection, at most `connectionTimeout`. Source: data D-8.4-1, D-8.4-2, D-8.2-3, D-8.2-4. */
  async #wait(signal: AbortSignal | undefined): Promise<Connector> {
    signal?.throwIfAborted()
    if (this.#queued >= (this.settings.maxOfflineRequests ?? 16)) {
      throw remoteError(
        'QUEUE_FULL',
        `data source ${this.name}: too many calls wait for the connection`,
      )
    }
    this.#queued++
    try {
      await withTimeout(this.#connect(), this.settings.connectionTimeout ?? 5000, signal)
      return this.#raw
    } catch (error) {
      if (signal?.aborted === true || error instanceof RemoteError) throw error
      throw new RemoteError(`data source ${this.name}: connecting failed`, {
        reason: 'UNAVAILABLE',
        cause: error,
      })
    } finally {
      this.#queued--
    }
  }
}

function notOpened(name: string): RemoteError {
  return remoteError('UNAVAILABLE', `data source ${name} is not open`)
}

function withTimeout(
  work: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(remoteError('UNAVAILABLE', `Timeout in connecting after ${timeoutMs} ms`))
    }, timeoutMs)
    const onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
  })
}
