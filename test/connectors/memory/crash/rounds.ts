import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { memory } from '../../../../connectors/memory/index.ts'
import type { Connector, Row } from '../../../../core/spi.ts'
import { findAll, openConnector } from '../../../conformance/connector/harness.ts'
import { queryOf } from '../../../conformance/connector/models.ts'
import {
  Account,
  accounts,
  crashModels,
  Half,
  Note,
  Slot,
  startBalance,
  textOf,
  writers,
} from './models.ts'

/** What acknowledged writes say must be in the file. */
interface Expectation {
  readonly notes: Set<string>
  readonly gone: Set<string>
  readonly pairs: Set<string>
  readonly slots: Map<string, { readonly round: number; readonly step: number }>
  counted: number
  /** The counter when the round began. */
  base: number
}

/** How many writes a run acknowledged and how many rounds were cut short in the middle of writing. */
export interface CrashReport {
  readonly rounds: number
  readonly acknowledged: number
}

/**
 * Kills a writing process again and again and looks into its file each time.
 *
 * **Throws** when an acknowledged write is missing, half a transaction or half a row is there.
 */
export async function runCrashRounds(rounds: number): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-crash-'))
  const file = join(folder, 'rows.jsonl')
  const expected: Expectation = {
    notes: new Set(),
    gone: new Set(),
    pairs: new Set(),
    slots: new Map(),
    counted: 0,
    base: 0,
  }
  let acknowledged = 0
  let next = startChild()
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const child = next
      next = startChild()
      acknowledged += await runUntilKilled(child, file, round, expected)
      await check(file, folder, round, expected)
    }
    return { rounds, acknowledged }
  } finally {
    next.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Started one round early: it waits for its orders, so that starting costs no time. */
function startChild(): ChildProcess {
  const path = fileURLToPath(new URL('./child.ts', import.meta.url))
  const options = ['--conditions=viaduct-source', '--import', 'tsx', path]
  return spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function runUntilKilled(
  child: ChildProcess,
  file: string,
  round: number,
  expected: Expectation,
): Promise<number> {
  assert.ok(child.stdin !== null && child.stdout !== null)
  const exited = once(child, 'exit')
  child.stdin.write(`${file} ${round}\n`)
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') {
      setTimeout(() => child.kill('SIGKILL'), 20 + Math.random() * 120)
      continue
    }
    acknowledged += 1
    note(line, expected)
  }
  const [, signal] = await exited
  assert.equal(signal, 'SIGKILL', 'the child ended by itself')
  return acknowledged
}

function note(line: string, expected: Expectation): void {
  const [what, first = '', round = '', step = ''] = line.split(' ')
  if (what === 'created') expected.notes.add(first)
  else if (what === 'paired') expected.pairs.add(first)
  else if (what === 'counted') expected.counted += 1
  else if (what === 'set')
    expected.slots.set(`slot-${first}`, { round: Number(round), step: Number(step) })
  else if (what === 'deleted') {
    expected.notes.delete(first)
    expected.gone.add(first)
  }
}

/** Every other time it looks at a copy, so that the next child has to recover the file itself. */
async function check(
  file: string,
  folder: string,
  round: number,
  expected: Expectation,
): Promise<void> {
  const copy = join(folder, 'copy.jsonl')
  const isCopy = round % 2 === 0
  if (isCopy) copyFileSync(file, copy)
  const connector = memory({ file: isCopy ? copy : file })
  await openConnector(connector, crashModels)
  try {
    checkNotes(await all(connector, Note), expected)
    checkPairs(await all(connector, Half), expected)
    checkSlots(await all(connector, Slot), expected)
    const balances = (await all(connector, Account)).map(({ balance }) => Number(balance))
    assert.equal(balances.length, accounts)
    assert.equal(
      balances.reduce((sum, one) => sum + one, 0),
      accounts * startBalance,
      'half a move',
    )
  } finally {
    await connector.close()
  }
}

function checkNotes(rows: readonly Row[], expected: Expectation): void {
  const found = new Set(rows.map(({ id }) => String(id)))
  for (const id of expected.notes) {
    // the delete of a note may be done but not yet reported
    const [round, writer, step] = id.split('-')
    const mayBeGone = expected.notes.has(`${round}-${writer}-${Number(step) + 3}`)
    if (!mayBeGone) assert.ok(found.has(id), `note ${id} was acknowledged and is missing`)
    else if (!found.has(id)) expected.notes.delete(id)
  }
  for (const id of expected.gone) assert.ok(!found.has(id), `note ${id} was deleted and is back`)
  for (const { id, text, at } of rows) {
    assert.equal(text, textOf(String(id)), 'half a row')
    assert.ok(at instanceof Date)
  }
}

function checkPairs(rows: readonly Row[], expected: Expectation): void {
  const counts = new Map<string, number>()
  for (const { pair } of rows) counts.set(String(pair), (counts.get(String(pair)) ?? 0) + 1)
  for (const [pair, count] of counts) assert.equal(count, 2, `half a transaction: ${pair}`)
  for (const pair of expected.pairs) assert.ok(counts.has(pair), `pair ${pair} is missing`)
}

function checkSlots(rows: readonly Row[], expected: Expectation): void {
  const byId = new Map(rows.map((row) => [String(row.id), row]))
  const count = Number(byId.get('counter')?.count ?? 0)
  const least = expected.base + expected.counted
  assert.ok(count >= least, `counter is ${count}, acknowledged ${least}`)
  assert.ok(
    count <= least + writers,
    `counter is ${count}, at most ${least + writers} were asked for`,
  )
  expected.base = count
  expected.counted = 0
  for (const [id, { round, step }] of expected.slots) {
    const row = byId.get(id)
    assert.ok(row !== undefined, `${id} is missing`)
    assert.equal(row.a, row.b, 'half a row')
    const isLater =
      Number(row.count) > round || (Number(row.count) === round && Number(row.a) >= step)
    assert.ok(isLater, `${id} is older than acknowledged`)
  }
}

function all(connector: Connector, model: typeof Note): Promise<Row[]> {
  return findAll(connector, model, queryOf(model))
}
