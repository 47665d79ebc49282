import { quantileOf, round } from '../report/summary.mjs'
import { peers } from './peers.mjs'

const floor = 'raw-json'

/**
 * The better quartile of the rounds of one peer, with the lowest and highest round of the rate: what other programs of the
 * machine take away makes a round worse, never better.
 */
function summariseRounds({ peer, rounds, error }) {
  if (error !== undefined) return { peer, error }
  const rates = rounds.map(({ callsPerSecond }) => callsPerSecond)
  const isInProcess = peers.some(({ id, inProcess }) => id === peer && inProcess !== undefined)
  return {
    peer,
    callsPerSecond: Math.round(quantileOf(rounds, 'callsPerSecond', 0.75)),
    lowest: Math.round(Math.min(...rates)),
    highest: Math.round(Math.max(...rates)),
    ...(isInProcess
      ? { bothCpuMicroseconds: round(quantileOf(rounds, 'clientCpuMicroseconds', 0.25), 2) }
      : {
          serverCpuMicroseconds: round(quantileOf(rounds, 'serverCpuMicroseconds', 0.25), 2),
          clientCpuMicroseconds: round(quantileOf(rounds, 'clientCpuMicroseconds', 0.25), 2),
        }),
    p50Ms: round(quantileOf(rounds, 'p50Ms', 0.25), 3),
    p99Ms: round(quantileOf(rounds, 'p99Ms', 0.25), 3),
  }
}

const ratio = (value, base) =>
  value === undefined || base === undefined ? undefined : round(value / base, 2)

/** Rows of works a to d: quartiles, and their ratios to those of the floor. */
export function summariseRows(results) {
  const rows = results.map(summariseRounds)
  const base = rows.find(({ peer, error }) => peer === floor && error === undefined)
  if (base === undefined) return rows
  return rows.map((row) =>
    row.error === undefined
      ? {
          ...row,
          rateToFloor: ratio(row.callsPerSecond, base.callsPerSecond),
          serverCpuToFloor: ratio(row.serverCpuMicroseconds, base.serverCpuMicroseconds),
          p50ToFloor: ratio(row.p50Ms, base.p50Ms),
        }
      : row,
  )
}

/** Rows of work e in KiB per connection, and what is beyond the floor. */
export function summariseMemory(results) {
  const base = results.find(({ peer, error }) => peer === floor && error === undefined)
  const inKiB = (bytes) => round(bytes / 1024, 1)
  return results.map(({ peer, residentBytes, heapBytes, error }) =>
    error === undefined
      ? {
          peer,
          residentKiB: inKiB(residentBytes),
          heapKiB: inKiB(heapBytes),
          ...(base === undefined
            ? {}
            : { beyondFloorKiB: inKiB(residentBytes - base.residentBytes) }),
        }
      : { peer, error },
  )
}
