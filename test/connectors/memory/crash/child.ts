/**
 * Writes to a data file until it is killed. Reads `<file> <round>` from its input, then reports every write on its output,
 * one line each, after the promise of that write has resolved.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { memory } from '../../../../connectors/memory/index.ts'
import { type Connector, RemoteError } from '../../../../core/spi.ts'
import { findAll, openConnector } from '../../../conformance/connector/harness.ts'
import { equal, queryOf } from '../../../conformance/connector/models.ts'
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

const plain = { options: {} }

for await (const order of createInterface({ input: process.stdin })) {
  const [file = '', round = ''] = order.split(' ')
  const connector = memory({ file, compactAfterBytes: 48 * 1024 })
  await openConnector(connector, crashModels)
  await prepare(connector)
  report('ready\n')
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(connector, round, writer)))
}

/**
 * Waits while its reader has no time: lines that queue here would die with the process, and writes done after them would
 * look as if nobody had asked for them.
 */
function report(line: string): void {
  writeSync(1, line)
}

async function prepare(connector: Connector): Promise<void> {
  if ((await connector.count(Account, { kind: 'all' }, plain)) > 0) return
  const rows = Array.from({ length: accounts }, (_, id) => ({ id: `${id}`, balance: startBalance }))
  await connector.create(Account, rows, plain)
}

async function write(connector: Connector, round: string, writer: number): Promise<never> {
  for (let step = 0; ; step += 1) {
    const id = `${round}-${writer}-${step}`
    await connector.create(Note, [{ id, text: textOf(id), at: new Date(step) }], plain)
    report(`created ${id}\n`)
    await makePair(connector, id)
    await move(connector, step)
    await connector.upsert?.(
      Slot,
      { where: equal(Slot, 'id', 'counter'), create: { id: 'counter', count: 0 } },
      plain,
    )
    await connector.increment?.(Slot, equal(Slot, 'id', 'counter'), { count: 1 }, plain)
    report(`counted ${id}\n`)
    const slot = { id: `slot-${writer}`, a: step, b: step, count: Number(round) }
    const request = {
      where: equal(Slot, 'id', slot.id),
      create: slot,
      update: slot,
      replace: step % 2 === 0,
    }
    await connector.upsert?.(Slot, request, plain)
    report(`set ${writer} ${round} ${step}\n`)
    if (step >= 3) {
      const old = `${round}-${writer}-${step - 3}`
      await connector.delete(Note, equal(Note, 'id', old), plain)
      report(`deleted ${old}\n`)
    }
  }
}

async function makePair(connector: Connector, pair: string): Promise<void> {
  const transaction = await connector.begin?.({ isolation: 'READ COMMITTED' })
  const inside = { transaction, options: {} }
  await connector.create(Half, [{ id: `${pair}-left`, pair }], inside)
  await connector.create(Half, [{ id: `${pair}-right`, pair }], inside)
  await transaction?.commit()
  report(`paired ${pair}\n`)
}

async function move(connector: Connector, step: number): Promise<void> {
  const transaction = await connector.begin?.({ isolation: 'REPEATABLE READ' })
  const inside = { transaction, options: {} }
  try {
    const [from, to] = [`${(step * 7) % accounts}`, `${(step * 3 + 1) % accounts}`]
    for (const [id, amount] of [
      [from, -1],
      [to, 1],
    ] as const) {
      const [row] = await findAll(
        connector,
        Account,
        queryOf(Account, { where: equal(Account, 'id', id) }),
        inside,
      )
      const balance = Number(row?.balance) + amount
      await connector.update(Account, equal(Account, 'id', id), { balance }, inside)
    }
    await transaction?.commit()
  } catch (thrown) {
    if (!(thrown instanceof RemoteError) || thrown.code !== 'aborted') throw thrown
  }
}
