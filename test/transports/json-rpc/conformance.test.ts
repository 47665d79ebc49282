import { test } from 'uvu'
import type { Catalog, Transport } from '../../../core/spi.ts'
import { jsonRpc } from '../../../transports/json-rpc/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'
import { jsonRpcClient } from './json-rpc-client.ts'

const catalogs = new WeakMap<Transport, () => Catalog>()

/**
 * The transport, and the catalog it listens with. Several returns come whole, as an application of either profile may
 * switch on: what LoopBack 3 leaves out of them (J-5) can not be compared; `json-rpc.test.ts` proves it.
 */
function create(): Transport {
  const transport = jsonRpc()
  const observed: Transport = {
    ...transport,
    listen(environment) {
      catalogs.set(observed, environment.catalog)
      const { profile } = environment
      const compat = { ...profile.compat, 'J-5': false }
      return transport.listen({ ...environment, profile: { ...profile, compat } })
    },
  }
  return observed
}

/** Undefined is sent as null (J-6), so these three can not be told from null; `json-rpc.test.ts` proves what is sent. */
const sentAsNull = ['BT-1: absent, named', 'BT-2: undefined is no value', 'BT-2: undefined, named']
const isComparable = (name: string) => !sentAsNull.some((title) => name.endsWith(title))

const register = (name: string, run: () => Promise<void>) => {
  if (isComparable(name)) test(name, run)
}

transportConformance(register, {
  name: 'json-rpc',
  create,
  dial: async (app, transport) => {
    const catalog = catalogs.get(transport)
    if (catalog === undefined) throw new Error('the transport does not listen')
    return jsonRpcClient(app, catalog)
  },
})

test.run()
