import { createKey, type Key } from '../../core/spi.ts'
import type { HttpHost } from './host.ts'

/** The one HTTP host of an application; transports that speak HTTP share it. */
export const httpHostKey: Key<HttpHost> = createKey<HttpHost>('http-host')
