/** Commits that become durable together; they share one promise. */
export interface CommitGroup {
  readonly records: string[]
  /** Takes one commit back in memory each, in commit order. */
  readonly undo: (() => void)[]
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  /** Characters of all records. */
  length: number
}

/** An empty group. */
export function createCommitGroup(): CommitGroup {
  let resolve: () => void = () => undefined
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone
    reject = onFailed
  })
  return { records: [], undo: [], promise, resolve, reject, length: 0 }
}

/** Takes groups back in memory, the newest commit first. */
export function undoGroups(groups: readonly CommitGroup[]): void {
  for (const group of groups.toReversed()) {
    for (const undo of group.undo.toReversed()) undo()
  }
}
