import { ResultReference, references, StreamReference } from '../codec/codec.ts'
import { costOf } from './value-cost.ts'

/** References met so far, and bytes of what they stood for. */
export interface ReferenceCount {
  made: number
  copiedBytes: number
}

/** How the references in arguments are resolved; each may throw. */
export interface ReferenceResolver {
  readonly stream: (id: number) => unknown
  /** The result of an earlier call of the same message; a promise while it is under way. What is taken from it is copied. */
  readonly result: (id: number) => unknown
  /** Shared by the calls of a message. */
  readonly count: ReferenceCount
  readonly maxReferences: number
  readonly maxDepth: number
  /** Bytes, see {@link costOf}, of everything the references of a message stand for. */
  readonly maxCopiedBytes: number
}

/** Whether decoding made references; compare {@link references} before and after. */
export function countReferences(): number {
  return references.made
}

type Reference = StreamReference | ResultReference

/** Where in a copy a reference stands. */
interface Place {
  readonly reference: Reference
  readonly put: (value: unknown) => void
}

/**
 * A copy of arguments with every reference replaced by what it stands for. Only called when a message holds one. Streams are
 * opened before it returns: their items may follow at once.
 *
 * **Errors**: `RangeError` for more references, a deeper path, or more copied than allowed; what the resolver throws;
 * `TypeError` for a path that leads through no object.
 */
export async function resolveReferences(
  value: unknown,
  resolver: ReferenceResolver,
): Promise<unknown> {
  const places: Place[] = []
  let copy = copyOf(value, places, (resolved) => {
    copy = resolved
  })
  resolver.count.made += places.length
  if (resolver.count.made > resolver.maxReferences) {
    throw new RangeError(`more than ${resolver.maxReferences} references in one message`)
  }
  await Promise.all(places.map(({ reference, put }) => resolve(reference, resolver).then(put)))
  return copy
}

async function resolve(reference: Reference, resolver: ReferenceResolver): Promise<unknown> {
  if (reference instanceof StreamReference) return resolver.stream(reference.id)
  const result = await resolver.result(reference.id)
  const found = memberOf(result, reference.path, resolver.maxDepth)
  countCopy(found, resolver)
  return structuredClone(found)
}

/** Calls that hand on twice what they were given would double it with each reference. */
function countCopy(value: unknown, { count, maxCopiedBytes }: ReferenceResolver): void {
  const cost = costOf(value, maxCopiedBytes - count.copiedBytes)
  if (cost === undefined) {
    throw new RangeError(`references to values of more than ${maxCopiedBytes} bytes, or too deep`)
  }
  count.copiedBytes += cost
}

/** Whether there is a reference in a value. */
export function holdsReference(value: unknown): boolean {
  const places: Place[] = []
  copyOf(value, places, () => {})
  return places.length > 0
}

/** A copy of the lists and objects; the places of references in it are told. */
function copyOf(given: unknown, places: Place[], put: (value: unknown) => void): unknown {
  if (typeof given !== 'object' || given === null) return given
  if (given instanceof StreamReference || given instanceof ResultReference) {
    places.push({ reference: given, put })
    return undefined
  }
  const isList = Array.isArray(given)
  if (!isList && Object.getPrototypeOf(given) !== Object.prototype) return given
  const copy = (isList ? [...given] : { ...given }) as Record<string, unknown> // by index or by name
  for (const key of Object.keys(copy)) {
    const member = copy[key]
    if (typeof member !== 'object' || member === null) continue
    copy[key] = copyOf(member, places, (value) => {
      copy[key] = value
    })
  }
  return copy
}

/** Own members only, one after the other. */
function memberOf(value: unknown, path: readonly string[], maxDepth: number): unknown {
  if (path.length > maxDepth) throw new RangeError(`a reference deeper than ${maxDepth} members`)
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || found instanceof Error) {
      throw new TypeError(
        `a reference leads to "${key}" of ${found === null ? 'null' : typeof found}`,
      )
    }
    found = Object.hasOwn(found, key)
      ? (found as Readonly<Record<string, unknown>>)[key] // own member
      : undefined
  }
  return found
}
