import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withLock } from '../../../scripts/build/lock.ts'
import { runProcess } from '../../support/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'viaduct-lock-'))
const lock = join(folder, 'inner', 'lock')
test.after(() => rmSync(folder, { recursive: true, force: true }))

test('the second action waits for the first', async () => {
  const order: string[] = []
  const action = (name: string) => async () => {
    order.push(`${name} begins`)
    await pause(20)
    order.push(`${name} ends`)
  }
  await Promise.all([withLock(lock, action('a')), withLock(lock, action('b'))])
  assert.equal(order, ['a begins', 'a ends', 'b begins', 'b ends'])
  assert.not(existsSync(lock))
})

test('a failing action gives the lock back', async () => {
  try {
    await withLock(lock, () => Promise.reject(new Error('broken')))
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), 'broken')
  }
  assert.is(await withLock(lock, async () => 5), 5)
})

test('the lock of a process that ended is taken over', async () => {
  const { stdout } = await runProcess(process.execPath, ['-p', 'process.pid'])
  writeFileSync(lock, stdout.trim())
  assert.is(await withLock(lock, async () => 6), 6)
})

test.run()
