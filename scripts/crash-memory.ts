/**
 * The long form of the crash test of the memory connector.
 *
 *   node --conditions=viaduct-source --import tsx scripts/crash-memory.ts [--rounds 300]
 */
import { parseArgs } from 'node:util'
import { runCrashRounds } from '../test/connectors/memory/crash/rounds.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '300' } } })
const started = performance.now()
const { rounds, acknowledged } = await runCrashRounds(Number(values.rounds))
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`${rounds} rounds, ${acknowledged} acknowledged writes, nothing lost, ${seconds} s`)
