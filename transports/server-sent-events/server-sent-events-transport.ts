import {
  type Listener,
  problemFromError,
  type Transport,
  type TransportEnvironment,
} from '../../core/spi.ts'
import type { ErrorSettings } from '../http/error-options.ts'
import { HttpHost } from '../http/host.ts'
import { httpHostKey } from '../http/key.ts'
import { EventMount } from './event-mount.ts'
import {
  readEventConfiguration,
  type ServerSentEventsOptions,
} from './server-sent-events-options.ts'
import { StreamRegistry } from './stream-registry.ts'

/**
 * Serves shared methods as event streams that survive a lost connection, on the port of the other HTTP transports:
 * `GET /api/events/Book.watch?args={"since":5}`, or POST with the arguments as JSON body. **Order**: installed ahead of a
 * transport that answers every URL below the same path, as REST does.
 *
 * **Errors**: the start fails with `INVALID_ARGUMENT` for a bad option, and when the port is taken.
 *
 *     createApp({ models, methods }).install(serverSentEvents({ resumeMs: 60_000 }), rest())
 */
export function serverSentEvents(options: ServerSentEventsOptions = {}): Transport {
  return {
    kind: 'transport',
    name: 'server-sent-events',
    supports: Object.freeze({
      sloppyInput: false,
      richValues: false,
      streams: true,
      files: false,
      cancellation: true,
    }),
    async listen(environment) {
      return open(options, environment)
    },
  }
}

function open(options: ServerSentEventsOptions, environment: TransportEnvironment): Listener {
  const configuration = readEventConfiguration(options, environment)
  const host = environment.shared(httpHostKey, () => new HttpHost(environment))
  host.configure(options.server, options.errorHandler)
  const { errors, path, replay } = configuration
  const streams = new StreamRegistry(replay, (error) => {
    if (errors.log) report(environment, error)
    return errorJson(error, errors)
  })
  const listens = options.listen !== false
  host.mount(new EventMount(configuration, environment, streams))
  host.closing.addEventListener('abort', () => streams.close(), { once: true })
  environment.onReady(() => (listens ? host.open() : host.prepare()))
  return {
    get addresses() {
      return listens ? host.origins.map((origin) => `${origin}${path}`) : []
    },
    close: async (signal) => {
      streams.close()
      if (listens) await host.close(signal)
    },
  }
}

/** A logger may fail on what was thrown; the event still goes out. */
function report({ log }: TransportEnvironment, error: unknown): void {
  try {
    log(error, 'an event stream failed')
  } catch {
    // nobody is left to tell
  }
}

/** Source: remoting ST-4. */
function errorJson(error: unknown, settings: ErrorSettings): string {
  const { body } = problemFromError(error, settings)
  try {
    return JSON.stringify(body)
  } catch {
    const { statusCode, name, message } = body // details without a JSON form
    return JSON.stringify({ statusCode, name, message })
  }
}
