import type { Channel, ChannelState, ClientHandler, Dialer } from './channel.ts'
import { RemoteError } from './remote-error.ts'

type StateListener = (state: ChannelState) => void

/** The one channel of a client: dialled at the first call, and again when dialling failed or the channel closed. */
export class Connection {
  readonly #dialer: Dialer
  readonly #listeners = new Set<StateListener>()
  readonly #closing = new AbortController()
  #channel: Promise<Channel> | undefined
  /** The channel while it is open: calls go straight to it. */
  #open: Channel | undefined

  constructor(dialer: Dialer) {
    this.#dialer = dialer
  }

  /** Calls over the channel. **Errors**: `CLOSED` after {@link Connection.close}. */
  readonly call: ClientHandler = (call) =>
    this.#open?.call(call) ?? this.channel().then((channel) => channel.call(call))

  /** The channel, once it is open. **Errors**: as those of {@link Connection.call}. */
  readonly channel = async (): Promise<Channel> => {
    this.#closing.signal.throwIfAborted()
    this.#channel ??= this.#dialOnce()
    return this.#channel
  }

  onState(listener: StateListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Waits for calls under way. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(
      new RemoteError('the client is closed', { statusCode: 503, code: 'CLOSED' }),
    )
    this.#open = undefined
    const channel = await this.#channel?.catch(() => undefined)
    await channel?.close()
    this.#tell({ kind: 'closed' })
    this.#listeners.clear()
  }

  /** A failure is forgotten: the next call dials again. */
  #dialOnce(): Promise<Channel> {
    const dialing = this.#dial((state) => {
      if (this.#closing.signal.aborted) return
      if (state.kind === 'closed') forget()
      this.#tell(state)
    })
    const forget = (): void => {
      if (this.#channel !== dialing) return
      this.#channel = undefined
      this.#open = undefined
    }
    dialing.then((channel) => {
      if (this.#channel === dialing && !this.#closing.signal.aborted) this.#open = channel
    }, forget)
    return dialing
  }

  async #dial(changed: StateListener): Promise<Channel> {
    const channel = await this.#dialer.dial(this.#closing.signal)
    channel.onState(changed)
    this.#tell({ kind: 'open' })
    return channel
  }

  /** A listener that throws is no reason for others to hear nothing. */
  #tell(state: ChannelState): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(state)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
