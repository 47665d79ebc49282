import { parseArgs } from 'node:util'
import { peers } from '../peers.mjs'
import { works } from '../work/requests.mjs'

const usage = `node run.mjs [--work a,b,c,d,e] [--peers viaduct,fastify,…] [--rounds 9] [--seconds 0.5]
            [--connections 64] [--output results] [--print-only] [--readme]`

/** The named items of an option, or all of them. */
export function pick(text, known, name) {
  const wanted = text === undefined ? known : text.split(',')
  for (const item of wanted) {
    if (!known.includes(item))
      throw new Error(`--${name}: no "${item}"; known: ${known.join(', ')}`)
  }
  return wanted
}

/** A number above 0. */
export function readNumber(text, name) {
  const number = Number(text)
  if (!(number > 0)) throw new Error(`--${name}: expected a number above 0`)
  return number
}

/** Options of a run, checked; the defaults measure everything in under ten minutes. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      work: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '0.5' },
      connections: { type: 'string', default: '64' },
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
    connections: readNumber(values.connections, 'connections'),
    output: values.output,
    isPrintOnly: values['print-only'],
    isReadme: values.readme,
  }
}
