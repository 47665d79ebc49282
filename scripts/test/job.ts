import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** One process of a test run. */
export interface Job {
  /** What failures and the list of slow jobs call it: a path below the repository, or the name of a step. */
  readonly name: string
  /** A `step` passes by its exit code and counts as one test; a `file` reports uvu's counts. */
  readonly kind: 'step' | 'file'
  readonly command: string
  readonly arguments: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds after which the job is killed and counts as failed. */
  readonly limitMs: number
}

const fileLimitMs = 90_000
const fuzzLimitMs = 1_200_000

/** Files that take long for a reason; they start first, so that nothing waits for them at the end. */
const longFiles: Readonly<Record<string, number>> = {
  'test/package/package.test.ts': 400_000,
  'test/readme.test.ts': 180_000,
  'test/replay/coercion.test.ts': 120_000,
  'test/replay/replay.test.ts': 120_000,
  'test/examples/live.test.ts': 400_000, // installs a browser where there is none
  'test/transports/mcp/conformance.test.ts': 240_000,
  'test/transports/rest/conformance.test.ts': 180_000,
  'test/transports/message-port/conformance.test.ts': 180_000,
  'test/transports/stdio/conformance.test.ts': 180_000,
  'test/transports/websocket/conformance.test.ts': 180_000,
  'test/transports/websocket/disconnects.test.ts': 180_000,
}

/** The steps that are no test files: types and lint. */
export function stepJobs(): Job[] {
  const step = (name: string, tool: string, ...rest: string[]): Job => ({
    name,
    kind: 'step',
    command: join('node_modules', '.bin', tool),
    arguments: rest,
    env: { NO_COLOR: '1' },
    limitMs: 180_000,
  })
  return [step('types', 'tsc', '-p', 'tsconfig.json'), step('lint', 'biome', 'check', '.')]
}

/** The job of one test file. */
export function fileJob(path: string, limitMs?: number, env: Job['env'] = {}): Job {
  return {
    name: path,
    kind: 'file',
    command: process.execPath,
    arguments: ['--conditions=viaduct-source', '--import', 'tsx', path],
    env: { NO_COLOR: '1', ...env },
    limitMs: limitMs ?? longFiles[path] ?? fileLimitMs,
  }
}

/** Every test file below `test/`, the long ones first. Fixtures under `vectors` are data. */
export function testFileJobs(root: string): Job[] {
  return filesBelow(root, 'test', '.test.ts')
    .map((path) => fileJob(path))
    .sort((a, b) => b.limitMs - a.limitMs || (a.name < b.name ? -1 : 1))
}

/** The property tests with many more runs than `npm test` gives them. */
export function fuzzJobs(root: string, runs: string): Job[] {
  return filesBelow(root, 'test/fuzz', '.fuzz.ts').map((path) =>
    fileJob(path, fuzzLimitMs, { FUZZ_RUNS: runs }),
  )
}

function filesBelow(root: string, folder: string, ending: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('/vectors/') && !path.includes('node_modules'))
    .sort()
}
