import type { Listener, Transport, TransportEnvironment } from '../../core/spi.ts'
import { HttpHost } from '../http/host.ts'
import { httpHostKey } from '../http/key.ts'
import { createSubProtocols, subProtocolsKey } from '../session/sub-protocols.ts'
import type { JsonRpcService } from './json-rpc-handler.ts'
import { JsonRpcMount } from './json-rpc-mount.ts'
import { type JsonRpcOptions, readJsonRpcConfiguration } from './json-rpc-options.ts'
import { acceptJsonRpc, jsonRpcProtocol } from './sub-protocol.ts'

/**
 * Serves shared methods as JSON-RPC 2.0, on the port of the other HTTP transports: `POST /api/Book/jsonrpc` with the
 * methods of one class, `POST /api/jsonrpc` with full names; and as the sub-protocol `jsonrpc-2.0` of transports with
 * connections. **Order**: installed ahead of a transport that answers every URL below the same path, as REST does.
 *
 * **Errors**: the start fails with `INVALID_ARGUMENT` for a bad option, and when the port is taken.
 *
 *     createApp({ models }).install(jsonRpc({ maxBatch: 20 }), rest())
 */
export function jsonRpc(options: JsonRpcOptions = {}): Transport {
  return {
    kind: 'transport',
    name: 'json-rpc',
    supports: Object.freeze({
      sloppyInput: false,
      richValues: false,
      streams: false,
      files: false,
      cancellation: true,
    }),
    async listen(environment) {
      return open(options, environment)
    },
  }
}

function open(options: JsonRpcOptions, environment: TransportEnvironment): Listener {
  const configuration = readJsonRpcConfiguration(options, environment)
  const host = environment.shared(httpHostKey, () => new HttpHost(environment))
  host.configure(options.server, options.errorHandler)
  const { limits, timeoutMs, errors, path } = configuration
  const service: JsonRpcService = {
    handle: environment.handle,
    catalog: environment.catalog,
    profile: environment.profile,
    limits,
    timeoutMs,
    errors,
    report: errors.log ? safely(environment.log) : () => {},
  }
  const mount = new JsonRpcMount(configuration, service, environment.log)
  const listens = options.listen !== false
  host.mount(mount)
  environment.onCatalog((catalog) => mount.update(catalog))
  environment.onReady(() => (listens ? host.open() : host.prepare()))
  const subProtocols = environment.shared(subProtocolsKey, createSubProtocols)
  if (subProtocols.find(jsonRpcProtocol) === undefined) {
    subProtocols.register(jsonRpcProtocol, (connection) => acceptJsonRpc(connection, service))
  }
  return {
    get addresses() {
      return listens ? host.origins.map((origin) => `${origin}${path}/jsonrpc`) : []
    },
    close: (signal) => (listens ? host.close(signal) : Promise.resolve()),
  }
}

/** A logger may fail on what was thrown; the answer still goes out. */
function safely(log: TransportEnvironment['log']): TransportEnvironment['log'] {
  return (error, message) => {
    try {
      log(error, message)
    } catch {
      // nobody is left to tell
    }
  }
}
