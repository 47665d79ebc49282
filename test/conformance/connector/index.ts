import type { Connector, Model } from '../../../core/spi.ts'
import { testAggregation } from './aggregation.ts'
import { testAtomicWrites } from './atomic.ts'
import { testClaims } from './claims.ts'
import { type ConnectorHarness, openConnector, type RegisterTest, type Suite } from './harness.ts'
import { testLifecycle } from './lifecycle.ts'
import { testOperators } from './operators.ts'
import { testReading } from './reading.ts'
import { testRows } from './rows.ts'
import { testTransactions } from './transactions.ts'

export type { ConnectorHarness, RegisterTest } from './harness.ts'

/**
 * The tests every connector passes, whoever wrote it: it is driven through the SPI, without the layers above.
 *
 * What runs is decided by the connector's `supports` alone; what it denies must be refused. Each test gets a fresh connector.
 *
 * @example
 * connectorConformance(test, { name: 'memory', create: () => memory() })
 */
export function connectorConformance(test: RegisterTest, harness: ConnectorHarness): void {
  const suite: Suite = {
    harness,
    test: (name, models, run) => {
      test(`${harness.name}: ${name}`, () => runOpen(harness, models, run))
    },
  }
  testRows(suite)
  testOperators(suite)
  testReading(suite)
  testAtomicWrites(suite)
  testTransactions(suite)
  testAggregation(suite)
  testLifecycle(suite)
  testClaims(suite)
}

async function runOpen(
  harness: ConnectorHarness,
  models: readonly Model[],
  run: (connector: Connector) => Promise<void>,
): Promise<void> {
  const connector = await harness.create()
  try {
    const usable = models.filter(({ id }) => id.length < 2 || connector.supports.compositeIds)
    await openConnector(connector, usable, harness.profile)
    await connector.migrate?.({ models: usable, mode: 'create', dryRun: false, destructive: true })
    await run(connector)
  } finally {
    await connector.close()
    await harness.cleanup?.()
  }
}
