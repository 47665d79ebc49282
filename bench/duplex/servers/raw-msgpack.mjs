import { rawCodecs } from '../raw-codecs.mjs'
import { startRaw } from './raw.mjs'

export const start = () => startRaw(rawCodecs.msgpack)
