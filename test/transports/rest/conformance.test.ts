import { test } from 'uvu'
import type { ProfileName } from '../../../core/spi.ts'
import { rest } from '../../../transports/rest/index.ts'
import {
  defaultInputLimits,
  type TransportClaims,
  transportConformance,
} from '../../conformance/transport/index.ts'
import { restClient } from './rest-client.ts'

const register = (name: string, run: () => Promise<void>) => test(name, run)

/** LoopBack's limit of a body is 100 KiB. Source: remoting Q-1. */
function claims(profile: ProfileName): TransportClaims {
  return profile === 'strict' ? {} : { limits: { ...defaultInputLimits, maxBytes: 100 * 1024 } }
}

transportConformance(register, {
  name: 'rest',
  claims,
  create: () => rest(),
  dial: async (app, transport) => restClient(app, transport),
})

transportConformance(register, {
  name: 'rest through Koa',
  claims,
  create: () => rest({ koa: true }),
  dial: async (app, transport) => restClient(app, transport),
})

test.run()
