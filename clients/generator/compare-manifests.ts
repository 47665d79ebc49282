import type { Manifest } from '../../core/index.ts'
import { breaking, type Change, note } from './change.ts'
import { compareMethods } from './compare-methods.ts'
import { compareModels } from './compare-models.ts'
import { type ClassDescription, type ReadManifest, readManifest } from './read-manifest.ts'

/**
 * Says what changed between two manifests, as clients see it, in the order of the manifest: classes, then models.
 *
 * ```ts
 * const broken = compareManifests(before, after).filter(({ kind }) => kind === 'breaking')
 * ```
 *
 * **Errors**: `TypeError` for what is no manifest.
 */
export function compareManifests(before: Manifest, after: Manifest): Change[] {
  const [old, current] = [readManifest(before), readManifest(after)]
  return [...compareClasses(old, current), ...compareModels(old, current)]
}

function compareClasses(before: ReadManifest, after: ReadManifest): Change[] {
  return [
    ...before.classes.flatMap((shared) => {
      const next = after.classes.find(({ name }) => name === shared.name)
      if (next === undefined) return [breaking(shared.name, 'the class was removed')]
      return compareClass({ shared, manifest: before }, { shared: next, manifest: after })
    }),
    ...after.classes
      .filter(({ name }) => !before.classes.some((shared) => shared.name === name))
      .map(({ name }) => note(name, 'the class is new')),
  ]
}

interface ClassOf {
  readonly shared: ClassDescription
  readonly manifest: ReadManifest
}

function compareClass(before: ClassOf, after: ClassOf): Change[] {
  const { name } = before.shared
  const [first] = before.shared.paths
  const moved = before.shared.paths.filter((path) => !after.shared.paths.includes(path))
  const added = after.shared.paths.filter((path) => !before.shared.paths.includes(path))
  const loader = ({ shared }: ClassOf) => shared.sharedCtor?.http[0]?.path
  const loaders = [loader(before), loader(after)] as const
  return [
    ...moved.map((path) => breaking(name, `the route ${path} was removed`)),
    ...added.map((path) => note(name, `the route ${path} is new`)),
    ...(first === undefined || loaders[0] === undefined || loaders[0] === loaders[1]
      ? []
      : [
          breaking(
            name,
            `the route of a row changed from ${loaders[0]} to ${loaders[1] ?? 'none'}`,
          ),
        ]),
    ...compareMethods(before, after),
  ]
}
