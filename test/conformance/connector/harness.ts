import assert from 'node:assert/strict'
import {
  type Connector,
  type ConnectorOptions,
  type Model,
  type Query,
  RemoteError,
  type Row,
  resolveProfile,
} from '../../../core/spi.ts'

/** Registers one test; `uvu`'s and `node:test`'s `test` both fit. */
export type RegisterTest = (name: string, run: () => Promise<void>) => void

/** What the suite needs to know of a connector. */
export interface ConnectorHarness {
  /** Stands in the name of every test. */
  readonly name: string
  /** @default 'strict' */
  readonly profile?: 'strict' | 'loopback3'
  /** A connector over an empty store that has not been opened. Called for every test. */
  create(): Connector | Promise<Connector>
  /** Runs after every test, when the connector is closed. */
  cleanup?(): void | Promise<void>
}

/** Everything one group of tests gets. */
export interface Suite {
  readonly harness: ConnectorHarness
  /** Registers a test that runs on an open connector holding `models`. */
  readonly test: (
    name: string,
    models: readonly Model[],
    run: (connector: Connector) => Promise<void>,
  ) => void
}

/** Options of a call outside any transaction. */
export const plain: ConnectorOptions = { options: {} }

/** Opens a connector over the models and brings its schema up to date. */
export async function openConnector(
  connector: Connector,
  models: readonly Model[],
  profile: 'strict' | 'loopback3' = 'strict',
): Promise<void> {
  await connector.open({
    dataSource: 'conformance',
    models,
    profile: resolveProfile(profile),
    signal: new AbortController().signal,
    warn: () => undefined,
  })
}

/** All rows of a query. */
export async function findAll(
  connector: Connector,
  model: Model,
  query: Query,
  options: ConnectorOptions = plain,
): Promise<Row[]> {
  const rows = connector.find(model, query, options)
  if (rows.toArray !== undefined) return rows.toArray()
  return collect(rows)
}

/** All items of an iterable. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Asserts that a call is refused with one of the codes, whether it throws or rejects. */
export async function refused(
  run: () => unknown,
  expected: { readonly code?: string; readonly reason?: string },
): Promise<RemoteError> {
  let thrown: unknown
  try {
    await run()
  } catch (error) {
    thrown = error
  }
  assert.ok(thrown instanceof RemoteError, `expected a RemoteError, got ${String(thrown)}`)
  if (expected.code !== undefined) assert.equal(thrown.code, expected.code)
  if (expected.reason !== undefined) assert.equal(thrown.reason, expected.reason)
  return thrown
}

/** A connector's feature that may be missing; the suite never calls it without a claim. */
export function claimed<Feature>(feature: Feature | undefined, name: string): Feature {
  assert.ok(feature !== undefined, `supports claims ${name}, but the method is missing`)
  return feature
}
