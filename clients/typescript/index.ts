/**
 * The client: typed calls over any dialer. Runs in browsers, in Node and wherever there is `fetch`.
 */
export type { ApiOf } from './api-of.ts'
export { type Auth, type AuthOptions, auth, type TokenStorage } from './auth.ts'
export type { BatchContext } from './batch.ts'
export type { Batch, Pending, Settled } from './batch-types.ts'
export type { CallOptions, Stream } from './call-options.ts'
export type {
  BatchSender,
  Channel,
  ChannelState,
  ClientHandler,
  ClientMiddleware,
  Dialer,
  IncomingReply,
  OutgoingCall,
} from './channel.ts'
export {
  type Client,
  type ClientControls,
  type ClientOptions,
  createClient,
} from './create-client.ts'
export { deadline } from './deadline.ts'
export { describeApi } from './describe-api.ts'
export type {
  ApiDescription,
  ArgumentPlace,
  ClassDescription,
  MethodDescription,
  ValueShape,
} from './description.ts'
export { type Invoker, inProcessDialer } from './in-process-dialer.ts'
export {
  type MessagePortDialerOptions,
  messagePortDialer,
} from './message-port-dialer.ts'
export type {
  Change,
  Count,
  KeyOf,
  Model,
  Patch,
  RelatedList,
  RelatedRow,
  RelatedRows,
  ScopedRows,
  WatchFilter,
} from './model-types.ts'
export type { Fields, Filter, FindResult, Include, Order, Related, Where } from './query-types.ts'
export { type ClientCode, is, RemoteError, type RemoteErrorOptions } from './remote-error.ts'
export { type FileDownload, type RestDialerOptions, restDialer } from './rest-dialer.ts'
export type { FileInput, FileSource, NamedFile } from './rest-request.ts'
export { type RetryOptions, retry } from './retry.ts'
export {
  type WebSocketLike,
  type WebsocketDialerOptions,
  websocketDialer,
} from './websocket-dialer.ts'
