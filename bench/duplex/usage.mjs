/** Collections until nothing more is freed: what a finalizer lets go needs another one. */
const collections = 4

async function collectGarbage() {
  for (let index = 0; index < collections; index++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Answers `{ type: 'usage', collect }` on the process channel with this process's CPU time and memory. */
export async function answerUsage({ type, collect }) {
  if (type !== 'usage') return
  if (collect) await collectGarbage()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send({
    type: 'usage',
    cpuMicroseconds: user + system,
    rssBytes: rss,
    heapBytes: heapUsed + external,
  })
}
