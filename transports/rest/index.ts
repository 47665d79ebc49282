export type { CorsOptions } from '../http/cors.ts'
export type { ErrorHandlerContext, ErrorOptions } from '../http/error-options.ts'
export type { HttpHostOptions } from '../http/host-options.ts'
export type { HttpPhase, PhasedMiddleware } from '../http/phases.ts'
export type { PathPattern, PhaseEntry, ScopedMiddleware } from '../http/scoped-middleware.ts'
export type {
  BatchOptions,
  JsonOptions,
  KoaRouter,
  RestOptions,
  RestSettings,
  StreamOptions,
  UploadOptions,
  UrlencodedOptions,
} from './rest-options.ts'
export { type RestTransport, rest } from './rest-transport.ts'
export type { RestClass, RestMethod, RouteDescription } from './route-description.ts'
export type { UploadedFile } from './upload.ts'
