import { argumentCases } from './arguments.ts'
import { errorCases } from './errors.ts'
import type { TestFunction, TransportHarness } from './harness.ts'
import { pipelineCases } from './pipeline.ts'
import { streamCases } from './streams.ts'

export type {
  ClientCallOptions,
  ClientFailure,
  ConformanceClient,
  TestFunction,
  TransportHarness,
} from './harness.ts'

/**
 * Everything that must be the same on every transport: conversion, required checks, hooks, phases, authorization,
 * errors and their disclosure, computed options, instances, streams, cancellation, deadlines, changes at run time.
 *
 * ```ts
 * transportConformance(test, { name: 'rest', create: () => rest(), dial: (app) => restClient(app) })
 * ```
 */
export function transportConformance(test: TestFunction, harness: TransportHarness): void {
  for (const profile of harness.profiles ?? ['strict', 'loopback3']) {
    const named: TestFunction = (name, run) => test(`${harness.name} ${profile}: ${name}`, run)
    argumentCases(named, harness, profile)
    pipelineCases(named, harness, profile)
    errorCases(named, harness, profile)
    streamCases(named, harness, profile)
  }
}
