/**
 * MessagePack for the dialers of `viaduct/client`. Rows with dates, bytes or BigInt are smaller than as JSON, and cost less
 * to write and read.
 */
import { compactMsgpackCodec } from '../../transports/codec/compact-msgpack.ts'
import type { Dialer } from './channel.ts'
import { socketDialer, type WebsocketDialerOptions } from './websocket-dialer.ts'

/** The codec of the option `codec`: `messagePortDialer(port, { codec: msgpackCodec })`. */
export const msgpackCodec = compactMsgpackCodec

/**
 * As `websocketDialer` of `viaduct/client`, with MessagePack unless the options say otherwise. A browser that uses this one
 * does not load the JSON codec.
 *
 *     const api = createClient<Api>(websocketDialer('wss://shop.example'))
 */
export function websocketDialer(url: string, options: WebsocketDialerOptions = {}): Dialer {
  return socketDialer(url, options.codec ?? msgpackCodec, options)
}
