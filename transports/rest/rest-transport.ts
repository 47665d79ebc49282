import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Middleware } from 'koa'
import {
  type Listener,
  remoteError,
  type Transport,
  type TransportEnvironment,
} from '../../core/spi.ts'
import { HttpHost } from '../http/host.ts'
import { httpHostKey } from '../http/key.ts'
import { ManifestMount } from './manifest-mount.ts'
import { RestMount } from './rest-mount.ts'
import { type RestOptions, readRestConfiguration, restSettingsOf } from './rest-options.ts'
import {
  describeClasses,
  describeRoutes,
  type RestClass,
  type RouteDescription,
} from './route-description.ts'

/** The REST transport of one application. Everything below works once the application has started. */
export interface RestTransport extends Transport {
  /** Every route below the mount point. Source: remoting U-18. */
  allRoutes(): readonly RouteDescription[]
  /** Every class with its methods. Source: remoting U-19. */
  classes(): readonly RestClass[]
  /**
   * Koa middleware that answers below `path` and passes everything else on: mounts the API in a bigger Koa application.
   * May be called before the start. Use it with `listen: false`.
   */
  koa(): Middleware
  /** A node request listener with everything the host serves, for a server of the application's own. */
  listener(): (request: IncomingMessage, response: ServerResponse) => void
}

/**
 * Serves shared methods over HTTP as LoopBack does.
 *
 * **Errors**: the start fails with `INVALID_ARGUMENT` for a bad option, and when the port is taken.
 *
 *     createApp({ models }).install(rest({ path: '/api', cors: { origin: 'https://shop.example' } }))
 */
export function rest(options: RestOptions = {}): RestTransport {
  let opened: { readonly mount: RestMount; readonly host: HttpHost } | undefined
  const current = (): { readonly mount: RestMount; readonly host: HttpHost } => {
    if (opened === undefined) throw remoteError('UNAVAILABLE', 'the REST transport is not started')
    return opened
  }
  return {
    kind: 'transport',
    name: 'rest',
    supports: Object.freeze({
      sloppyInput: true,
      richValues: false,
      streams: true,
      files: true,
      cancellation: true,
    }),
    settings: restSettingsOf(options),
    async listen(environment) {
      const created = open(options, environment)
      opened = created
      return listenerOf(created.host, created.mount, options.listen !== false)
    },
    allRoutes: () => describeRoutes(current().mount.routes),
    classes: () => describeClasses(current().mount.routes, current().mount.configuration.path),
    koa: () => (context, next) => current().mount.middleware(context, next),
    listener: () => (request, response) => current().host.listener(request, response),
  }
}

function open(
  options: RestOptions,
  environment: TransportEnvironment,
): { readonly mount: RestMount; readonly host: HttpHost } {
  const configuration = readRestConfiguration(options, environment)
  const host = environment.shared(httpHostKey, () => new HttpHost(environment))
  host.configure(options.server, options.errorHandler)
  const mount = new RestMount(options, configuration, environment, host)
  const { use = [], phases = {}, customPhases, koa = false, listen = true } = options
  if (customPhases !== undefined) host.phases.define(customPhases)
  for (const [phase, given = []] of Object.entries(phases)) {
    host.use(phase, ...(Array.isArray(given) ? given : [given]))
  }
  host.mount({
    path: configuration.path,
    direct: koa || use.length > 0 ? undefined : mount.direct,
    middleware: mount.middleware,
    needsKoa: (options.routers ?? []).length > 0,
  })
  if (options.manifest === true) {
    host.mount(new ManifestMount(configuration.path, configuration.cors, environment))
  }
  environment.onCatalog((catalog) => mount.update(catalog))
  environment.onReady(() => (listen ? host.open() : host.prepare()))
  return { mount, host }
}

function listenerOf(host: HttpHost, mount: RestMount, listens: boolean): Listener {
  return {
    get addresses() {
      return listens ? host.origins.map((origin) => `${origin}${mount.configuration.path}`) : []
    },
    close: (signal) => host.close(signal),
  }
}
