import { parseArgs } from 'node:util'
import { pick, readNumber } from '../runner/options.mjs'
import { peers } from './peers.mjs'
import { works } from './work.mjs'

const usage = `node duplex.mjs [--work a,b,c,d,e] [--peers viaduct-json,raw-json,…] [--rounds 15] [--seconds 0.3]
               [--idle 10000] [--profile folder] [--output results] [--print-only] [--readme]`

/** Options of a run of the duplex benchmark, checked. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      work: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '15' },
      seconds: { type: 'string', default: '0.3' },
      idle: { type: 'string', default: '10000' },
      profile: { type: 'string' },
      output: { type: 'string' },
      'print-only': { type: 'boolean', default: false },
      readme: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const ids = peers.map(({ id }) => id)
  const wanted = pick(values.peers, ids, 'peers')
  return {
    usage: values.help ? usage : undefined,
    works: pick(values.work, Object.keys(works), 'work'),
    peers: peers.filter(({ id }) => wanted.includes(id)),
    rounds: readNumber(values.rounds, 'rounds'),
    seconds: readNumber(values.seconds, 'seconds'),
    idle: readNumber(values.idle, 'idle'),
    profile: values.profile,
    output: values.output,
    isPrintOnly: values['print-only'],
    isReadme: values.readme,
  }
}
