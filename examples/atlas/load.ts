import type { Repositories } from 'viaduct'
import { readAtlas } from './data-set.ts'
import type { models } from './models.ts'

/** Rows written by one call. */
const batchSize = 5_000

/** Shows how far the load is: a bar on a terminal, a line per tenth elsewhere. */
function progressTo(total: number, out: NodeJS.WriteStream): (done: number) => void {
  let shown = -1
  return (done) => {
    const percent = Math.floor((100 * done) / total)
    const step = out.isTTY ? percent : percent - (percent % 10)
    if (step === shown) return
    shown = step
    const bar = '█'.repeat(Math.floor(percent / 4)).padEnd(25, '░')
    const text = `loading the atlas ${bar} ${String(percent).padStart(3)} % (${done} of ${total} rows)`
    out.write(out.isTTY ? `\r${text}${done === total ? '\n' : ''}` : `${text}\n`)
  }
}

/**
 * Fills an empty atlas; one that was loaded before is left alone. Countries come last and in one step, so their
 * presence says that a load was finished; an interrupted one starts again. Resolves to the number of rows written.
 */
export async function loadAtlas(
  repositories: Repositories<typeof models>,
  out: NodeJS.WriteStream = process.stderr,
): Promise<number> {
  if ((await repositories.Country.count()) > 0) return 0
  const rows = await readAtlas()
  const total = Object.values(rows).reduce((sum, list) => sum + list.length, 0)
  const progress = progressTo(total, out)
  let done = 0
  const write = async <T>(list: readonly T[], store: (batch: T[]) => Promise<unknown>) => {
    for (let at = 0; at < list.length; at += batchSize) {
      const batch = list.slice(at, at + batchSize)
      await store(batch)
      done += batch.length
      progress(done)
    }
  }
  for (const repository of Object.values(repositories)) await repository.destroyAll({})
  await write(rows.Language, (batch) => repositories.Language.createAll(batch))
  await write(rows.Currency, (batch) => repositories.Currency.createAll(batch))
  await write(rows.SpokenLanguage, (batch) => repositories.SpokenLanguage.createAll(batch))
  await write(rows.CountryCurrency, (batch) => repositories.CountryCurrency.createAll(batch))
  await write(rows.Border, (batch) => repositories.Border.createAll(batch))
  await write(rows.City, (batch) => repositories.City.createAll(batch))
  await write(rows.Country, (batch) => repositories.Country.createAll(batch))
  return done
}
