import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fileJob, fuzzJobs, type Job, stepJobs, testFileJobs } from './test/job.ts'
import { reportFromResults } from './test/report.ts'
import { type JobResult, runJob } from './test/run-job.ts'

/*
 * node --import tsx scripts/test.ts [--files] [--fuzz] [path…]
 *
 * Without arguments: types, lint and every test file, one process each, as many at a time as there are cores.
 * Prints failures as they happen, then what was slow, what was skipped and why, and the closing line.
 */

const root = resolve(import.meta.dirname, '..')

function chooseJobs(): Job[] {
  const { values, positionals } = parseArgs({
    options: { files: { type: 'boolean' }, fuzz: { type: 'boolean' } },
    allowPositionals: true,
  })
  if (values.fuzz) return fuzzJobs(root, process.env.FUZZ_RUNS ?? '100000')
  if (positionals.length > 0) {
    const missing = positionals.filter((path) => !existsSync(path))
    if (missing.length > 0) throw new Error(`no such file: ${missing.join(', ')}`)
    return positionals.map((path) => fileJob(relative(root, resolve(path))))
  }
  return values.files ? testFileJobs(root) : [...stepJobs(), ...testFileJobs(root)]
}

async function runJobs(jobs: readonly Job[]): Promise<JobResult[]> {
  const waiting = [...jobs]
  const results: JobResult[] = []
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const result = await runJob(job, root)
      results.push(result)
      if (result.failure !== undefined) {
        process.stdout.write(`\n=== ${job.name}\n${result.failure}\n`)
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const report = reportFromResults(await runJobs(chooseJobs()), process.env.CI === 'true')
process.stdout.write(`\n${report.text}`)
process.exitCode = report.ok ? 0 : 1
