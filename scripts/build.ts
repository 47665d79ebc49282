import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runProcess } from '../test/support/process.ts'
import { withLock } from './build/lock.ts'

/*
 * Compiles the published folders to `dist/`: JavaScript and declarations. Several builds at once wait for each other.
 */

const root = resolve(import.meta.dirname, '..')

async function build(): Promise<void> {
  const output = join(root, 'dist')
  rmSync(output, { recursive: true, force: true })
  const run = await runProcess('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], {
    cwd: root,
    limitMs: 180_000,
  })
  if (run.code !== 0) throw new Error(`the compiler failed\n${run.stdout}${run.stderr}`)
  const files = readdirSync(output, { recursive: true }).length
  process.stdout.write(`built ${files} files and folders in ${Math.round(run.durationMs)} ms\n`)
}

await withLock(join(root, 'node_modules/.cache/viaduct-build.lock'), build)
