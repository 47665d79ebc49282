import * as closeCodes from '../session/close-codes.ts'
import type { SubProtocolConnection } from '../session/sub-protocols.ts'
import { answerJsonRpc, type JsonRpcService } from './json-rpc-handler.ts'

/** The name clients ask for, e.g. `new WebSocket(url, 'jsonrpc-2.0')`. */
export const jsonRpcProtocol = 'jsonrpc-2.0'

/** Messages that may wait while others are answered. */
const maxWaiting = 1000

/**
 * Answers JSON-RPC over a connection: one message, one text. Some messages are answered at a time, others wait; a peer
 * that sends faster than it is served is cut off. Calls under way are aborted with the connection.
 */
export function acceptJsonRpc(connection: SubProtocolConnection, service: JsonRpcService): void {
  const { maxBytes, maxConcurrentCalls } = service.limits
  const { metadata, accessToken, signal } = connection
  const waiting: string[] = []
  let waitingLength = 0
  let running = 0
  let isOpen = true

  const end = (code: number, reason: string): void => {
    isOpen = false
    waiting.length = 0
    connection.close(code, reason)
  }
  const answer = async (text: string): Promise<void> => {
    running++
    const answered = await answerJsonRpc(text, service, { metadata, accessToken, signal })
    running--
    if (isOpen && answered !== undefined) connection.send(answered)
    proceed()
  }
  const proceed = (): void => {
    while (running < maxConcurrentCalls) {
      const text = waiting.shift()
      if (text === undefined) return
      waitingLength -= text.length
      void answer(text)
    }
  }

  connection.onClose(() => {
    isOpen = false
    waiting.length = 0
  })
  connection.onMessage((text) => {
    if (!isOpen) return
    if (text.length > maxBytes) return end(closeCodes.tooBig, 'the message is too long')
    waiting.push(text)
    waitingLength += text.length
    if (waiting.length > maxWaiting || waitingLength > 4 * maxBytes) {
      return end(closeCodes.tooMany, 'too many messages are waiting')
    }
    proceed()
  })
}
