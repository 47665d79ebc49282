export type { SessionLimits } from '../session/limits.ts'
export type { Authenticate } from '../session/session-host.ts'
export type { OriginCheck, WebsocketOptions } from './websocket-options.ts'
export { type WebsocketTransport, websocket } from './websocket-transport.ts'
