import { stripVTControlCharacters } from 'node:util'
import { type ProcessResult, runProcess } from '../../test/support/process.ts'
import { type SkipRecord, skipMarker, skipsFromOutput } from '../../test/support/skip.ts'
import type { Job } from './job.ts'

/** What one job came to. */
export interface JobResult {
  readonly job: Job
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly skips: readonly SkipRecord[]
  readonly durationMs: number
  /** The job's output and what was wrong with it; `undefined` when nothing failed. */
  readonly failure: string | undefined
}

/** Runs one job to its end or its limit. */
export async function runJob(job: Job, cwd: string): Promise<JobResult> {
  const run = await runProcess(job.command, job.arguments, {
    cwd,
    env: job.env,
    limitMs: job.limitMs,
  })
  return job.kind === 'step' ? stepResult(job, run) : fileResult(job, run)
}

function stepResult(job: Job, run: ProcessResult): JobResult {
  const ok = run.code === 0
  return {
    job,
    passed: ok ? 1 : 0,
    failed: ok ? 0 : 1,
    skipped: 0,
    skips: [],
    durationMs: run.durationMs,
    failure: ok ? undefined : describe(run, run.timedOut ? [limitFault(job)] : []),
  }
}

/** Adds up uvu's counts and finds what they do not say: a crash, a hang, a file without tests, an unexplained skip. */
function fileResult(job: Job, run: ProcessResult): JobResult {
  const output = stripVTControlCharacters(run.stdout)
  const total = sumOf(output, 'Total')
  const passed = sumOf(output, 'Passed') ?? 0
  const skipped = sumOf(output, 'Skipped') ?? 0
  const skips = skipsFromOutput(output)
  const faults: string[] = []
  if (run.timedOut) faults.push(limitFault(job))
  if (total === undefined)
    faults.push('the file printed no count (crashed, or test.run() is missing)')
  if (total === 0 && skipped === 0) faults.push('the file ran no test')
  if (skips.length !== skipped) {
    faults.push(`${skipped} skipped, ${skips.length} with a reason (use skipBecause)`)
  }
  const failedTests = (total ?? 0) - passed
  if (failedTests === 0 && run.code !== 0 && !run.timedOut && total !== undefined) {
    faults.push(`exit code ${run.code} although every test passed`)
  }
  const failed = failedTests + faults.length
  return {
    job,
    passed,
    failed,
    skipped,
    skips,
    durationMs: run.durationMs,
    failure: failed === 0 ? undefined : describe(run, faults),
  }
}

function limitFault(job: Job): string {
  return `killed after ${job.limitMs} ms`
}

function sumOf(output: string, word: string): number | undefined {
  const counts = [...output.matchAll(new RegExp(`^ {2}${word}: +(\\d+)$`, 'gm'))]
  return counts.length === 0 ? undefined : counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

function describe(run: ProcessResult, faults: readonly string[]): string {
  const output = `${run.stdout}\n${run.stderr}`
    .split('\n')
    .filter((line) => !line.startsWith(skipMarker))
    .join('\n')
    .trim()
  return [...faults.map((fault) => `! ${fault}`), output].filter(Boolean).join('\n')
}
