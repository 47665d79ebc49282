import { test } from 'uvu'
import { rest } from '../../../transports/rest/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'
import { restClient } from './rest-client.ts'

const register = (name: string, run: () => Promise<void>) => test(name, run)

transportConformance(register, {
  name: 'rest',
  create: () => rest(),
  dial: async (app, transport) => restClient(app, transport),
})

transportConformance(register, {
  name: 'rest through Koa',
  create: () => rest({ koa: true }),
  dial: async (app, transport) => restClient(app, transport),
})

test.run()
