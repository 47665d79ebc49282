import { test } from 'uvu'
import { serverSentEvents } from '../../../transports/server-sent-events/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'
import { eventClient } from './event-client.ts'

transportConformance((name, run) => test(name, run), {
  name: 'server-sent-events',
  create: () => serverSentEvents(),
  dial: async (app) => eventClient(app),
})

test.run()
