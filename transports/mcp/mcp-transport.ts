import { setMaxListeners } from 'node:events'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import type { Listener, Transport, TransportEnvironment } from '../../core/spi.ts'
import { readErrorSettings } from '../http/error-options.ts'
import { HttpHost } from '../http/host.ts'
import { httpHostKey } from '../http/key.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import { McpMount } from './http-mount.ts'
import { type McpOptions, type McpSettings, readMcpOptions } from './mcp-options.ts'
import type { ServerEnvironment } from './protocol-server.ts'
import { StandardStreams } from './standard-streams.ts'
import { checkNamedTools } from './tool-selection.ts'
import { ToolSet } from './tool-set.ts'

/** The transport for clients of the Model Context Protocol. */
export interface McpTransport extends Transport {
  /** Resolves when the client at the standard streams has gone: the moment to stop the application. */
  readonly ended: Promise<void>
}

/**
 * Serves chosen shared methods as tools of the Model Context Protocol, over streamable HTTP on the port of the
 * application or over the standard streams. Needs the package `@modelcontextprotocol/sdk`.
 *
 * **Errors**: `INVALID_ARGUMENT` for a bad option, at the start for the name of a method there is none of.
 *
 *     createApp({ models }).install(rest(), mcp({ tools: ['Book.find', 'Book.findById'] }))
 */
export function mcp(options: McpOptions = {}): McpTransport {
  const settings = readMcpOptions(options)
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    kind: 'transport',
    name: 'mcp',
    supports: Object.freeze({
      sloppyInput: false,
      richValues: false,
      streams: true,
      files: false,
      cancellation: true,
    }),
    ended,
    async listen(environment) {
      checkNamedTools(settings.tools, environment.catalog())
      return listenWith(settings, environment, end)
    },
  }
}

function listenWith(
  settings: McpSettings,
  environment: TransportEnvironment,
  end: () => void,
): Listener {
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // one for every stream under way
  const server = serverEnvironment(settings, environment, closing.signal)
  const streams = settings.stdio ? new StandardStreams(server) : undefined
  const http =
    settings.path === undefined ? undefined : mountHttp(settings.path, server, environment)
  void streams?.ended.then(end)
  environment.onCatalog(() => {
    if (!refreshTools(server.tools, environment)) return
    streams?.announceTools()
    http?.mount.announceTools()
  })
  environment.onReady(async () => {
    await streams?.open()
    if (http !== undefined) await (settings.listen ? http.host.open() : http.host.prepare())
  })
  return {
    get addresses() {
      const origins = http !== undefined && settings.listen ? http.host.origins : []
      return origins.map((origin) => `${origin}${settings.path}`)
    },
    async close(signal) {
      closing.abort()
      http?.mount.stopListening()
      const closed = settings.listen ? http?.host.close(signal) : undefined
      await server.calls.whenIdle(signal)
      await Promise.all([streams?.close(), http?.mount.close(), closed])
    },
  }
}

function mountHttp(
  path: string,
  server: ServerEnvironment,
  environment: TransportEnvironment,
): { readonly mount: McpMount; readonly host: HttpHost } {
  const host = environment.shared(httpHostKey, () => new HttpHost(environment))
  host.configure(server.settings.server, undefined)
  const mount = new McpMount(path, server, environment)
  host.mount(mount)
  return { mount, host }
}

function serverEnvironment(
  settings: McpSettings,
  environment: TransportEnvironment,
  closing: AbortSignal,
): ServerEnvironment {
  const { profile, warn, handle, log, remoting } = environment
  const errors = readErrorSettings(remoting.errorHandler ?? {}, {
    profile,
    warn,
    xml: false,
    includeStatus: false,
  })
  return {
    settings,
    tools: new ToolSet(settings, environment),
    calls: new CallsUnderWay(),
    validator: new AjvJsonSchemaValidator(),
    handle,
    log,
    errors,
    limits: settings.limits,
    closing,
  }
}

/** Whether clients see a difference. An application whose choice of tools fails hears of it in its log. */
function refreshTools(tools: ToolSet, environment: TransportEnvironment): boolean {
  try {
    return tools.refresh()
  } catch (error) {
    environment.log(error, 'the tools can not be listed')
    return true
  }
}
