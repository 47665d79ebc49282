/** Begins the line the test runner collects; the rest of the line is JSON. */
export const skipMarker = '::skip '

/** What a skip line carries. */
export interface SkipRecord {
  /** Why the test did not run; in CI it must begin with one of {@link allowedInCi}. */
  readonly reason: string
  readonly test: string
}

/** What may be missing in CI: the servers no image carries. Anything else that is skipped there fails the run. */
export const allowedInCi: readonly string[] = ['real MongoDB', 'SQL Server', 'Oracle']

/**
 * Names a test that does not run and why. Its result is the name for `test.skip`:
 *
 *     test.skip(skipBecause('real MongoDB: MONGODB_URL is not set', 'D-9.8-6: count is exact'), () => {})
 *
 * A skip without this line fails the run, because nobody could say why it was skipped.
 */
export function skipBecause(reason: string, test: string): string {
  const record: SkipRecord = { reason, test }
  process.stdout.write(`\n${skipMarker}${JSON.stringify(record)}\n`)
  return test
}

/** Reads the skip lines out of a test file's output. */
export function skipsFromOutput(output: string): SkipRecord[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(skipMarker))
    .map((line) => JSON.parse(line.slice(skipMarker.length)) as SkipRecord) // written above
}
