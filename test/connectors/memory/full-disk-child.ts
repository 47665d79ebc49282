/** Writes until the limit on the size of files is met, then says what happened. */
import { memory } from '../../../connectors/memory/index.ts'
import { matchAll, RemoteError } from '../../../core/spi.ts'
import { openConnector, plain } from '../../conformance/connector/harness.ts'
import { Item } from '../../conformance/connector/models.ts'

const connector = memory({ file: process.argv[2] ?? '' })
await openConnector(connector, [Item])
let acknowledged = 0
let code = ''
while (code === '') {
  const writes = Array.from({ length: 5 }, () =>
    connector.create(Item, [{ shelf: 'x'.repeat(300) }], plain),
  )
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'fulfilled') acknowledged += 1
    else code = RemoteError.from(outcome.reason).code
  }
}
console.log(`acknowledged ${acknowledged}`)
const later = await connector.create(Item, [{}], plain).then(
  () => 'accepted',
  (thrown: unknown) => RemoteError.from(thrown).code,
)
const rows = await connector.count(Item, matchAll, plain)
console.log(JSON.stringify({ acknowledged, code, later, rows }))
await connector.close()
