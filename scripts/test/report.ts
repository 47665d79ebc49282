import { allowedInCi } from '../../test/support/skip.ts'
import type { JobResult } from './run-job.ts'

/** Jobs that took longer are listed at the end. */
const slowMs = 5_000

/** The end of a run: what was slow, what was skipped and why, and the closing line. */
export interface Report {
  readonly text: string
  readonly ok: boolean
}

/** Adds the results up; `ci` refuses skips outside the list of servers no image carries. */
export function reportFromResults(results: readonly JobResult[], ci: boolean): Report {
  const skips = results.flatMap((result) => result.skips.map((skip) => ({ ...skip, result })))
  const refused = ci
    ? skips.filter(({ reason }) => !allowedInCi.some((start) => reason.startsWith(start)))
    : []
  const passed = sum(results, 'passed')
  const skipped = sum(results, 'skipped')
  const failed = sum(results, 'failed') + refused.length
  const lines = [
    ...slowLines(results),
    ...skips.map(({ reason, test, result }) => `skipped: ${result.job.name}: ${test} (${reason})`),
    ...refused.map(({ test, reason }) => `refused: skip of "${test}" for "${reason}" in CI`),
    ...failedLines(results),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ]
  return { text: `${lines.join('\n')}\n`, ok: failed === 0 && passed > 0 }
}

function sum(results: readonly JobResult[], key: 'passed' | 'failed' | 'skipped'): number {
  return results.reduce((total, result) => total + result[key], 0)
}

function slowLines(results: readonly JobResult[]): string[] {
  return results
    .filter(({ durationMs }) => durationMs > slowMs)
    .sort((a, b) => b.durationMs - a.durationMs)
    .map(({ job, durationMs }) => `slow: ${(durationMs / 1000).toFixed(1)} s ${job.name}`)
}

function failedLines(results: readonly JobResult[]): string[] {
  return results
    .filter(({ failed }) => failed > 0)
    .map(({ job, failed }) => `failed: ${job.name} (${failed})`)
}
