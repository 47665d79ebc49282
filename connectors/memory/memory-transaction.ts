import type { ConnectorTransaction, IsolationLevel } from '../../core/spi.ts'
import type { Store } from './store.ts'
import type { TransactionState } from './transaction.ts'

/** The transaction handed to the repository; the connector finds its state by it. */
export function createTransaction(
  store: Store,
  state: TransactionState,
  onEnd: () => void,
): ConnectorTransaction {
  const isolation: IsolationLevel = state.isolation
  return Object.freeze({
    isolation,
    commit: async () => {
      state.assertActive()
      onEnd()
      await store.commitTransaction(state)
    },
    rollback: async () => {
      state.assertActive()
      onEnd()
      store.rollback(state)
    },
  })
}
