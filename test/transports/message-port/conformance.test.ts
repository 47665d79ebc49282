import { MessageChannel } from 'node:worker_threads'
import { test } from 'uvu'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec } from '../../../transports/codec/msgpack.ts'
import {
  type MessagePortTransport,
  messagePort,
  pipeFromPort,
} from '../../../transports/message-port/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'
import { conformanceClient, createTestSession } from '../../support/session-client.ts'

for (const codec of [jsonCodec, msgpackCodec]) {
  transportConformance(test, {
    name: `message-port ${codec.name}`,
    create: () => messagePort(),
    async dial(_app, transport) {
      const session = createTestSession(async () => {
        const { port1, port2 } = new MessageChannel()
        ;(transport as MessagePortTransport).accept(port1) // made by messagePort()
        return pipeFromPort(port2)
      }, codec)
      await session.open()
      return conformanceClient(session)
    },
  })
}

test.run()
