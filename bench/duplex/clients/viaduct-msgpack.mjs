import { msgpackCodec } from '../../../dist/clients/typescript/msgpack.js'
import { connectViaduct } from './viaduct.mjs'

export const connect = (port) => connectViaduct(port, { codec: msgpackCodec })
