/**
 * Entry of every server process: `node start.mjs <peer> <plan as JSON>`.
 *
 * Talks to the runner over the process channel. Sends `{ type: 'listening', port }` once; answers
 * `{ type: 'usage' }` with CPU and memory (garbage is collected first with `collect: true` under --expose-gc), and `{ type: 'reset' }` after emptying the store. Ends with the runner.
 */
const [, , peer, text] = process.argv

process.on('disconnect', () => process.exit(0))

function reportUsage() {
  const { user, system } = process.cpuUsage()
  process.send({
    type: 'usage',
    cpuMicroseconds: user + system,
    rssBytes: process.memoryUsage.rss(),
  })
}

try {
  const { start } = await import(`./${peer}.mjs`)
  const { port, reset } = await start({ port: 0, ...JSON.parse(text) })
  process.on('message', async ({ type, collect }) => {
    if (collect) globalThis.gc?.()
    if (type === 'usage') reportUsage()
    if (type === 'reset') {
      await reset()
      process.send({ type: 'reset' })
    }
  })
  process.send({ type: 'listening', port })
} catch (error) {
  process.send({ type: 'failed', message: String(error?.stack ?? error) }, () => process.exit(1))
}
