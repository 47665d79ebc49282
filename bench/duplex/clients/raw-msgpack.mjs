import { rawCodecs } from '../raw-codecs.mjs'
import { connectRaw } from './raw.mjs'

export const connect = (port) => connectRaw(port, rawCodecs.msgpack)
