/** What a parsed query string or form holds: text, lists and objects of it, nested. */
export type FormValue = string | FormValue[] | FormObject

/** Names to values. An ordinary object: own keys only, `__proto__` never among them. */
export interface FormObject {
  [name: string]: FormValue
}

/** Limits of {@link parseForm}. */
export interface FormOptions {
  /** Bracket levels read as nesting; the rest of a deeper name is one literal key. @default 5 */
  readonly depth?: number
  /** Pairs read; the rest is ignored. @default 1000 */
  readonly maxPairs?: number
  /** Highest index that makes a list; above it the index is a key. @default 20 */
  readonly maxIndex?: number
  /** Brackets mean nesting. @default true */
  readonly nested?: boolean
}

/**
 * Reads a query string or an urlencoded body: `a[b][c]=1`, `a[]=1&a[]=2`, `a[0]=x`, repeated names. Values are always
 * text; a segment `__proto__` is dropped with what is below it. Source: remoting.
 *
 * **Shape**: `'a[k]=1&b=2&b=3'` gives `{ a: { k: '1' }, b: ['2', '3'] }`.
 */
export function parseForm(text: string, options: FormOptions = {}): FormObject {
  const { depth = 5, maxPairs = 1000, maxIndex = 20, nested = true } = options
  const root: FormObject = {}
  let building: Building | undefined
  let start = 0
  for (let pairs = 0; start < text.length && pairs < maxPairs; pairs++) {
    let end = text.indexOf('&', start)
    if (end < 0) end = text.length
    if (end > start) {
      const equals = equalsOf(text, start, end)
      const name = decodeText(text, start, equals)
      const value = equals < end ? decodeText(text, equals + 1, end) : ''
      if (!nested || !name.includes('[')) addFlat(root, name, value)
      else {
        building ??= { maxIndex, slots: maxSlots, filled: new Map(), sparse: false }
        addNested(root, splitName(name, depth), value, building)
      }
    }
    start = end + 1
  }
  if (building?.sparse === true) closeGaps(root)
  return root
}

/** Counts the pairs of an urlencoded body. */
export function countPairs(text: string): number {
  let count = text === '' ? 0 : 1
  for (let i = text.indexOf('&'); i >= 0; i = text.indexOf('&', i + 1)) count++
  return count
}

/** Where the name ends: at `]=`, else at the first `=`; at `end` without one. */
function equalsOf(text: string, start: number, end: number): number {
  const bracket = text.indexOf(']=', start)
  if (bracket >= 0 && bracket + 1 < end) return bracket + 1
  const equals = text.indexOf('=', start)
  return equals < 0 || equals > end ? end : equals
}

/** Undecodable percent signs leave the text as it came. */
function decodeText(text: string, start: number, end: number): string {
  const raw = text.slice(start, end)
  const plain = raw.includes('+') ? raw.replaceAll('+', ' ') : raw
  if (!plain.includes('%')) return plain
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}

function addFlat(target: FormObject, name: string, value: string): void {
  if (name === '' || name === '__proto__') return
  const known = own(target, name)
  if (known === undefined) target[name] = value
  else if (Array.isArray(known)) known.push(value)
  else if (typeof known === 'string') target[name] = [known, value]
  else if (!Object.hasOwn(known, value) && value !== '__proto__') setMember(known, value, 'true')
}

function own(target: FormObject, name: string): FormValue | undefined {
  return Object.hasOwn(target, name) ? target[name] : undefined
}

/**
 * `a[b][c]` gives `['a', 'b', 'c']`; below the depth limit the rest is one segment. A name without a closed bracket is
 * literal.
 */
function splitName(name: string, depth: number): readonly string[] {
  const first = name.indexOf('[')
  if (name.indexOf(']', first) < 0) return [name]
  const segments = first > 0 ? [name.slice(0, first)] : []
  const limit = segments.length + depth
  let open = first
  while (open >= 0) {
    const close = name.indexOf(']', open)
    if (close < 0) break
    if (segments.length === limit) {
      segments.push(name.slice(open))
      break
    }
    segments.push(name.slice(open + 1, close))
    open = name.indexOf('[', close)
  }
  return segments
}

/**
 * Empty places the engine may have to keep for one text: it lays lists and objects with number keys out densely, so that
 * 160 KB of `a[999][999]…` would take 400 MB. Further keys that leave a gap are ignored.
 */
const maxSlots = 50_000

/** A gap this wide is not laid out any more. */
const widestGap = 1024

/** What is known while the names of one text are merged. */
interface Building {
  readonly maxIndex: number
  /** Empty places left. */
  slots: number
  /** One more than the highest number key of a container. */
  readonly filled: Map<object, number>
  /** A list may have gaps. */
  sparse: boolean
}

function addNested(
  root: FormObject,
  segments: readonly string[],
  value: string,
  building: Building,
): void {
  if (segments[0] === undefined || segments[0] === '' || segments[0] === '__proto__') return
  const [name, ...rest] = segments as readonly [string, ...string[]]
  root[name] = merge(own(root, name), rest, value, building)
}

/** False when a number key would leave more empty places than are left. */
function hasRoom(container: object, segment: string, building: Building): boolean {
  const index = indexOf(segment, Number.MAX_SAFE_INTEGER)
  if (index < 0) return true
  const filled = building.filled.get(container) ?? 0
  if (index < filled) return true
  const gap = index - filled
  if (gap < widestGap) building.slots -= gap
  if (gap > 0) building.sparse = true
  if (building.slots < 0) return false
  building.filled.set(container, index + 1)
  return true
}

/** Puts a value below an existing one; the kind of the container follows from the first segment. */
function merge(
  known: FormValue | undefined,
  segments: readonly string[],
  value: string,
  building: Building,
): FormValue {
  const [segment, ...rest] = segments
  if (segment === undefined) return join(known, value)
  if (segment === '__proto__') return known ?? {}
  const index = segment === '' ? -1 : indexOf(segment, building.maxIndex)
  const asList = segment === '' || index >= 0
  if (typeof known === 'string' && !asList) {
    const member: FormObject = {}
    if (hasRoom(member, segment, building))
      setMember(member, segment, merge(undefined, rest, value, building))
    return [known, member]
  }
  const container = containerFor(known, asList)
  if (index < 0 && Array.isArray(container)) {
    building.filled.set(container, container.push(merge(undefined, rest, value, building)))
  } else if (!hasRoom(container, segment, building)) return container
  else if (Array.isArray(container)) {
    container[index] = merge(container[index], rest, value, building)
  } else setMember(container, segment, merge(own(container, segment), rest, value, building))
  return container
}

/** The name was checked: never `__proto__`. */
function setMember(target: FormObject, name: string, value: FormValue): void {
  target[name] = value
}

function join(known: FormValue | undefined, value: string): FormValue {
  if (known === undefined) return value
  if (Array.isArray(known)) known.push(value)
  else if (typeof known === 'string') return [known, value]
  else setMember(known, value === '__proto__' ? '' : value, 'true')
  return known
}

/** Canonical small indices only: `[01]` and `[21]` are keys. */
function indexOf(segment: string, maxIndex: number): number {
  const index = Number(segment)
  return Number.isInteger(index) && index >= 0 && index <= maxIndex && String(index) === segment
    ? index
    : -1
}

function containerFor(known: FormValue | undefined, asList: boolean): FormValue[] | FormObject {
  if (known === undefined) return asList ? [] : {}
  if (typeof known === 'string') return [known]
  if (Array.isArray(known) && !asList) return { ...known }
  return known
}

/** Lists filled by index lose their holes, in order. */
function closeGaps(value: FormValue): void {
  if (typeof value === 'string') return
  for (const [key, member] of Object.entries(value)) {
    if (Array.isArray(member)) {
      const dense = member.filter(() => true) // skips holes
      ;(value as FormObject)[key] = dense // own key of the same container
      closeGaps(dense)
    } else closeGaps(member)
  }
}
