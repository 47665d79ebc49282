import { test } from 'uvu'
import { RemoteError, type Transport } from '../../../core/spi.ts'
import { type InProcessTransport, inProcess } from '../../../transports/in-process/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'

/** A failure of the pipeline arrives as the error itself; other values are shown as the 500 they are. */
function asFailure(reason: unknown): never {
  if (reason instanceof RemoteError) {
    const { statusCode, name, message, wireCode, details } = reason
    throw { statusCode, name, message, code: wireCode, details }
  }
  if (typeof reason === 'object' && reason !== null) {
    if (!('statusCode' in reason)) Object.assign(reason, { statusCode: 500 })
    throw reason
  }
  throw { statusCode: 500, message: String(reason) }
}

transportConformance((name, run) => test(name, run), {
  name: 'in-process',
  create: inProcess,
  async dial(_app, transport: Transport) {
    const { invoke } = transport as InProcessTransport // made by create above
    return {
      call: (name, args, options) => invoke(name, args, options).catch(asFailure),
      async *stream(name, args, options) {
        const items = await invoke(name, args, options).catch(asFailure)
        yield* items as AsyncIterable<unknown>
      },
      close: async () => {},
    }
  },
})

test.run()
