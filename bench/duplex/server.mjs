/**
 * Entry of every server process: `node server.mjs <server>`.
 *
 * Talks to the runner over the process channel. Sends `{ type: 'listening', port }` once; answers `{ type: 'usage' }` with
 * CPU and memory, garbage collected first with `collect: true` under --expose-gc. Ends with the runner.
 */
import { answerUsage } from './usage.mjs'

const [, , server] = process.argv

process.on('disconnect', () => process.exit(0))
process.on('message', answerUsage)
try {
  const { start } = await import(`./servers/${server}.mjs`)
  const { port } = await start()
  process.send({ type: 'listening', port })
} catch (error) {
  process.send({ type: 'failed', message: String(error?.stack ?? error) }, () => process.exit(1))
}
