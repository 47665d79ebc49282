/** Middle value; of an even number the mean of the two middle ones. */
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The value of one member of the rounds that a share of them is not above; between two of them, the lower one. */
export function quantileOf(rounds, member, share) {
  const sorted = rounds.map((round) => round[member]).sort((left, right) => left - right)
  return sorted[Math.floor((sorted.length - 1) * share)]
}

/** Median of one member of the rounds. */
export function medianOf(rounds, member) {
  return median(rounds.map((round) => round[member]))
}

/** Medians over the rounds of one peer, with the lowest and highest round of the rate. */
function summariseRounds({ peer, rounds, error }) {
  if (error !== undefined) return { peer, error }
  const rates = rounds.map(({ requestsPerSecond }) => requestsPerSecond)
  return {
    peer,
    requestsPerSecond: Math.round(median(rates)),
    lowest: Math.round(Math.min(...rates)),
    highest: Math.round(Math.max(...rates)),
    cpuMicroseconds: round(medianOf(rounds, 'cpuMicroseconds'), 1),
    serverShare: round(medianOf(rounds, 'serverShare'), 2),
    loadShare: round(medianOf(rounds, 'loadShare'), 2),
    p50Ms: round(medianOf(rounds, 'p50Ms'), 2),
    p99Ms: round(medianOf(rounds, 'p99Ms'), 2),
  }
}

/** A number with so many digits behind the point. */
export const round = (value, digits) => Number(value.toFixed(digits))

/** Adds how a row stands to a reference peer: above 1 is more requests per second, or more CPU per request. */
function addRatios(rows, reference, suffix) {
  const base = rows.find(({ peer, error }) => peer === reference && error === undefined)
  if (base === undefined) return
  for (const row of rows) {
    if (row.error !== undefined) continue
    row[`rate${suffix}`] = round(row.requestsPerSecond / base.requestsPerSecond, 2)
    row[`cpu${suffix}`] = round(row.cpuMicroseconds / base.cpuMicroseconds, 2)
  }
}

/** Rows of works a to d: medians and ratios to Fastify and to node:http. */
export function summariseWork(results) {
  const rows = results.map(summariseRounds)
  addRatios(rows, 'fastify', 'ToFastify')
  addRatios(rows, 'raw', 'ToRaw')
  return rows
}

/** Rows of work e: medians by number of models. */
export function summariseStartUps(results, counts) {
  return results.map(({ peer, starts, error }) => {
    if (error !== undefined) return { peer, error }
    const byCount = counts.map((models) => {
      const same = starts.filter((start) => start.models === models)
      return {
        models,
        startUpMs: Math.round(medianOf(same, 'startUpMs')),
        rssMiB: round(medianOf(same, 'rssBytes') / 2 ** 20, 1),
      }
    })
    return { peer, models: byCount }
  })
}
