import { inspect } from 'node:util'
import { accessCases } from './access.ts'
import { argumentCases } from './arguments.ts'
import { callContextCases } from './call-context.ts'
import { cancellationCases } from './cancellation.ts'
import { computedOptionCases } from './computed-options.ts'
import { concurrencyCases } from './concurrency.ts'
import { declaredTypeCases } from './declared-types.ts'
import { disclosureCases } from './disclosure.ts'
import { errorCases } from './errors.ts'
import type { TestFunction, TransportHarness } from './harness.ts'
import { hookFailureCases } from './hook-failures.ts'
import { hookCases } from './hooks.ts'
import { instanceCases } from './instances.ts'
import { limitCases } from './limits.ts'
import { modelCases } from './models.ts'
import { pipelineCases } from './pipeline.ts'
import { reservedKeyCases } from './reserved-keys.ts'
import { resultCases } from './results.ts'
import { schemaCases } from './schemas.ts'
import { streamEndCases } from './stream-ends.ts'
import { streamSourceCases } from './stream-sources.ts'
import { streamCases } from './streams.ts'
import { type Suite, suiteOf } from './suite.ts'
import { valueCases } from './values.ts'

export type {
  ClientCallOptions,
  ClientFailure,
  ConformanceClient,
  InputLimits,
  TestFunction,
  TransportClaims,
  TransportHarness,
} from './harness.ts'
export { defaultInputLimits } from './harness.ts'

/** The topics, each a list of cases. */
const topics: readonly ((suite: Suite) => void)[] = [
  declaredTypeCases,
  valueCases,
  limitCases,
  schemaCases,
  resultCases,
  reservedKeyCases,
  hookCases,
  hookFailureCases,
  callContextCases,
  computedOptionCases,
  accessCases,
  instanceCases,
  modelCases,
  concurrencyCases,
  cancellationCases,
  streamSourceCases,
  streamEndCases,
  disclosureCases,
]

/**
 * Everything that must be the same on every transport: conversion, schemas, values, limits, results, hooks, phases,
 * authorization, errors and their disclosure, computed options, instances, models, concurrency, streams, cancellation,
 * deadlines, changes at run time. What a transport can not do is said by `Transport.supports` and the harness's claims.
 *
 * ```ts
 * transportConformance(test, { name: 'rest', create: () => rest(), dial: (app) => restClient(app) })
 * ```
 */
export function transportConformance(test: TestFunction, harness: TransportHarness): void {
  for (const profile of harness.profiles ?? ['strict', 'loopback3']) {
    const named: TestFunction = (name, run) =>
      test(`${harness.name} ${profile}: ${name}`, () => run().catch(failAsError))
    argumentCases(named, harness, profile)
    pipelineCases(named, harness, profile)
    errorCases(named, harness, profile)
    streamCases(named, harness, profile)
    const suite = suiteOf(named, harness, profile)
    for (const registerCases of topics) registerCases(suite)
  }
}

/** Clients reject with plain failures; test runners can show errors only. */
function failAsError(reason: unknown): never {
  if (reason instanceof Error && !('statusCode' in reason)) throw reason
  throw new Error(`unexpected failure of a call: ${inspect(reason)}`)
}
