/** What a pipe carries: one text or one byte string, whole or not at all, in order. */
export type Message = string | Uint8Array

/** Who reads a pipe. Neither function may throw. */
export interface PipeReader {
  /** A message came. A promise holds back those behind it until it resolves; it must not reject. */
  message(message: Message): Promise<void> | void
  /** The pipe has ended, and everything received was read. Told once. */
  ended(end: PipeEnd): void
}

/**
 * A connection a session runs over: a socket, a message port, the two streams of a child process. It knows nothing of
 * frames. **Order**: messages arrive in the order they were sent; those on the way are lost when it ends.
 */
export interface Pipe {
  /**
   * Sends a message. Resolves, or answers nothing, when the next one may be sent: a pipe whose buffer is full makes its
   * user wait. The message must not be changed afterwards. **Errors**: rejects once the pipe has ended.
   */
  send(message: Message): Promise<void> | void
  /**
   * Hands what has come and what comes to a reader, which takes the place of the one before; without one, messages wait.
   * The reader may be called before this returns.
   */
  receive(reader: PipeReader | undefined): void
  /** Ends the pipe at once, for the reason the other side may see as a close code and a text. Harmless when it has ended. */
  abort(reason: PipeEnd): void
}

/** Why a pipe ended. */
export class PipeEnd extends Error {
  /** As in a WebSocket's close frame, e.g. `4401`; see `close-codes.ts`. */
  readonly closeCode: number

  constructor(closeCode: number, message: string) {
    super(message)
    this.name = 'PipeEnd'
    this.closeCode = closeCode
  }
}

/** The next message of a pipe nobody else reads; those behind it wait. **Errors**: rejects with the pipe's end. */
export function nextMessage(pipe: Pipe): Promise<Message> {
  return new Promise((resolve, reject) => {
    pipe.receive({
      message(message) {
        pipe.receive(undefined)
        resolve(message)
      },
      ended: reject,
    })
  })
}
