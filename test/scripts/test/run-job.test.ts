import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Job } from '../../../scripts/test/job.ts'
import { reportFromResults } from '../../../scripts/test/report.ts'
import { type JobResult, runJob } from '../../../scripts/test/run-job.ts'

const folder = mkdtempSync(join(tmpdir(), 'viaduct-runner-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** Runs plain JavaScript as if it were a test file. */
function runText(text: string, limitMs = 10_000): Promise<JobResult> {
  const file = join(folder, 'file.mjs')
  writeFileSync(file, text)
  const job: Job = {
    name: 'file.mjs',
    kind: 'file',
    command: process.execPath,
    arguments: [file],
    env: {},
    limitMs,
  }
  return runJob(job, folder)
}

const counts = (total: number, passed: number, skipped: number) =>
  `console.log(${JSON.stringify(`\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n`)})`

test('adds the counts of every suite in a file', async () => {
  const result = await runText(`${counts(2, 2, 0)};${counts(3, 3, 0)}`)
  assert.equal([result.passed, result.failed, result.skipped], [5, 0, 0])
  assert.is(result.failure, undefined)
})

test('counts a crash without a count as a failure', async () => {
  const result = await runText('throw new Error("broken import")')
  assert.is(result.failed, 1)
  assert.match(result.failure ?? '', 'broken import')
})

test('counts a file that ran no test as a failure', async () => {
  assert.is((await runText(counts(0, 0, 0))).failed, 1)
})

test('counts a failing exit code after passing tests as a failure', async () => {
  const result = await runText(`${counts(1, 1, 0)};process.exitCode = 3`)
  assert.equal([result.passed, result.failed], [1, 1])
})

test('kills a file that hangs and counts it as a failure', async () => {
  const result = await runText(`${counts(1, 1, 0)};setInterval(() => {}, 1000)`, 400)
  assert.is(result.failed, 1)
  assert.match(result.failure ?? '', 'killed after 400 ms')
})

test('a skip needs a reason', async () => {
  assert.is((await runText(counts(1, 1, 1))).failed, 1)
  const told = await runText(
    `console.log('::skip {"reason":"real MongoDB: no url","test":"counts"}');${counts(1, 1, 1)}`,
  )
  assert.equal([told.failed, told.skipped, told.skips.length], [0, 1, 1])
})

test('CI refuses a skip outside the list, and a run without tests', async () => {
  const skip = (reason: string) =>
    runText(`console.log('::skip {"reason":"${reason}","test":"t"}');${counts(1, 1, 1)}`)
  const allowed = await skip('SQL Server: no url')
  const other = await skip('flaky')
  assert.is(reportFromResults([allowed], true).ok, true)
  assert.is(reportFromResults([other], true).ok, false)
  assert.is(reportFromResults([other], false).ok, true)
  assert.is(reportFromResults([], false).ok, false)
  assert.is(
    reportFromResults([allowed], true).text.trimEnd().split('\n').at(-1),
    '1 passed, 0 failed, 1 skipped',
  )
})

test.run()
