import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build as bundle } from 'esbuild'
import { runProcess } from '../test/support/process.ts'
import { withLock } from './build/lock.ts'

/*
 * Compiles the published folders to `dist/`: declarations by the compiler, JavaScript bundled per entry of package.json with
 * shared chunks. Loading some ten files instead of three hundred halves the start. Several builds at once wait for each
 * other.
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
  await bundle({
    absWorkingDir: root,
    entryPoints: entrySources(),
    outdir: output,
    outbase: root,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'shared/[name]-[hash]',
    legalComments: 'none',
    logLevel: 'error',
  })
  const files = readdirSync(output, { recursive: true }).length
  process.stdout.write(`built ${files} files and folders in ${Math.round(run.durationMs)} ms\n`)
}

/** The source files of every subpath and program in package.json. */
function entrySources(): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly 'viaduct-source': string }>>
    readonly bin: Readonly<Record<string, string>>
  } // our own file
  const exported = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [] : [target['viaduct-source']],
  )
  const programs = Object.values(manifest.bin).map((target) =>
    target.replace(/^\.\/dist\//, './').replace(/\.js$/, '.ts'),
  )
  return [...exported, ...programs]
}

await withLock(join(root, 'node_modules/.cache/viaduct-build.lock'), build)
