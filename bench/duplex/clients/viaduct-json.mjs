import { connectViaduct } from './viaduct.mjs'

export const connect = (port) => connectViaduct(port)
