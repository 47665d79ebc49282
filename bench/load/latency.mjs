/** Width of a bucket grows with the value: 64 buckets for each doubling, from a microsecond to about a minute. */
const bucketsPerDoubling = 64

/** Counts durations in logarithmic buckets: exact to about 1 %, and nothing is allocated per request. */
export function createLatency() {
  const counts = new Uint32Array(bucketsPerDoubling * 26)
  let total = 0

  return {
    add(milliseconds) {
      const bucket = Math.floor(Math.log2(milliseconds * 1000 + 1) * bucketsPerDoubling)
      counts[Math.min(bucket, counts.length - 1)]++
      total++
    },
    /** Milliseconds that the given share of the requests stayed within. */
    quantile(share) {
      let left = total * share
      for (let bucket = 0; bucket < counts.length; bucket++) {
        left -= counts[bucket]
        if (left <= 0) return (2 ** ((bucket + 0.5) / bucketsPerDoubling) - 1) / 1000
      }
      return 0
    },
    clear() {
      counts.fill(0)
      total = 0
    },
  }
}
