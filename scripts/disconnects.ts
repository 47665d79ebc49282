import { parseArgs } from 'node:util'
import { runDisconnects } from '../test/transports/websocket/disconnects.ts'
import { jsonCodec } from '../transports/codec/json.ts'
import { msgpackCodec } from '../transports/codec/msgpack.ts'

/*
 * node --conditions=viaduct-source --import tsx scripts/disconnects.ts [--disconnects 10000] [--sessions 8]
 *
 * Loses connections at random under calls and streams, half of the sessions over JSON, half over MessagePack. Fails when a
 * call runs twice or never, an item is missing, comes twice or out of order, or a session tells a gap.
 */
const { values } = parseArgs({
  options: {
    disconnects: { type: 'string', default: '10000' },
    sessions: { type: 'string', default: '8' },
  },
})
const sessions = Number(values.sessions)
const each = Math.ceil(Number(values.disconnects) / sessions)
const began = performance.now()
const reports = await Promise.all(
  Array.from({ length: sessions }, (_, index) =>
    runDisconnects(index % 2 === 0 ? jsonCodec : msgpackCodec, each),
  ),
)
const sum = (key: 'disconnects' | 'calls' | 'items' | 'reconnects' | 'gaps') =>
  reports.reduce((total, report) => total + report[key], 0)
const seconds = ((performance.now() - began) / 1000).toFixed(0)
console.log(
  `${sum('disconnects')} lost connections in ${seconds} s: ${sum('calls')} calls and ${sum('items')} items, none lost, none twice, ${sum('gaps')} gaps`,
)
