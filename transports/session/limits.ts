/** What one side of a session accepts from the other. */
export interface SessionLimits {
  /** Bytes of one message the server accepts. @default 1 MiB */
  readonly maxMessageBytes: number
  /** Bytes of one result or stream item. @default 16 MiB */
  readonly maxReplyBytes: number
  /** Calls under way in one session, streams among them; a call beyond is refused. @default 1000 */
  readonly maxConcurrentCalls: number
  /** Streams a client sends at the same time. @default 100 */
  readonly maxIncomingStreams: number
  /** Items a stream may be ahead of its reader. @default 64 */
  readonly streamWindow: number
  /** Bytes of sent messages kept for a lost connection; what is older can not be resumed. @default 4 MiB */
  readonly maxReplayBytes: number
  /** Unacknowledged bytes from which on streams wait. @default 1 MiB */
  readonly sendWindowBytes: number
  /** Bytes waiting to be written at which a session is given up when it reads none of them for 5 s. @default 8 MiB */
  readonly maxQueuedBytes: number
  /** References in the calls of one message. @default 64 */
  readonly maxReferences: number
  /** Members a reference may descend. @default 8 */
  readonly maxReferenceDepth: number
  /** Milliseconds a client may take for its hello. @default 10 000 */
  readonly helloMs: number
  /** Milliseconds of silence after which a connection is given up. @default 45 000 */
  readonly silenceMs: number
  /** Milliseconds a session without a connection is kept. @default 30 000 */
  readonly resumeMs: number
  /** Sessions of one transport, connected or not. @default 100 000 */
  readonly maxSessions: number
  /** Sessions without a connection; the oldest is given up first. @default 10 000 */
  readonly maxDetachedSessions: number
}

/** The limits every transport starts with. */
export const defaultSessionLimits: SessionLimits = Object.freeze({
  maxMessageBytes: 1024 * 1024,
  maxReplyBytes: 16 * 1024 * 1024,
  maxConcurrentCalls: 1000,
  maxIncomingStreams: 100,
  streamWindow: 64,
  maxReplayBytes: 4 * 1024 * 1024,
  sendWindowBytes: 1024 * 1024,
  maxQueuedBytes: 8 * 1024 * 1024,
  maxReferences: 64,
  maxReferenceDepth: 8,
  helloMs: 10_000,
  silenceMs: 45_000,
  resumeMs: 30_000,
  maxSessions: 100_000,
  maxDetachedSessions: 10_000,
})
