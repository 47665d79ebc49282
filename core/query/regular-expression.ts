import { remoteError } from '../error/remote-error.ts'
import { compileProgram, type Instruction } from './regular-expression-program.ts'
import {
  type Assertion,
  isLineEnd,
  isWordCode,
  type Node,
  parseRegularExpression,
} from './regular-expression-syntax.ts'

/** What stood before, or stands at, a position of the text. */
type Edge = 'rim' | 'line' | 'word' | 'other'

/** A set of threads before a character, with the answers found so far. */
interface State {
  /** Positions in the program before assertions are resolved, ascending. */
  readonly threads: readonly number[]
  readonly before: Edge
  /** By ASCII code: the next state, or `true` when the match was reached. */
  readonly next: (State | true | undefined)[]
  atEnd: boolean | undefined
}

/** States kept per pattern; a pattern that needs more is simulated without remembering any. */
const maxStates = 500

/** Steps of single threads one text may cost without remembered states; some 0.25 s (measured 2026-11). */
const maxThreadSteps = 5_000_000

/**
 * Compiles a pattern to a test whose time is linear in the length of the text (for a given pattern), whatever the
 * pattern: a nondeterministic automaton whose sets of states are remembered as they are met.
 *
 * The search is unanchored. Flags: `i` and `m`; others are the caller's business. `onSize` hears how large the automaton
 * is, and may throw; patterns of plain characters have none.
 *
 * **Throws** a `PatternFault`; the test itself 400 `QUERY_TOO_COMPLEX` past the work one text may cost. **Source**: data D-3.5-7; R. Cox, "Regular Expression Matching Can Be Simple And Fast".
 */
export function compileRegularExpression(
  source: string,
  flags: string,
  onSize?: (instructions: number) => void,
): (text: string) => boolean {
  const node = parseRegularExpression(source, flags.includes('m'))
  const ignoreCase = flags.includes('i')
  const literal = ignoreCase ? undefined : literalSearch(node)
  if (literal !== undefined) return literal
  const program = compileProgram(node, ignoreCase)
  onSize?.(program.length)
  return automaton(program)
}

/** Patterns of plain characters, with `^` before or `$` behind, need no automaton. */
function literalSearch(node: Node): ((text: string) => boolean) | undefined {
  const items = node.kind === 'sequence' ? node.items : [node]
  const starts = isAssertion(items[0], 'start')
  const ends = items.length > 1 && isAssertion(items.at(-1), 'end')
  let literal = ''
  for (const item of items.slice(starts ? 1 : 0, ends ? -1 : undefined)) {
    if (item.kind !== 'character') return undefined
    literal += String.fromCodePoint(item.code)
  }
  // a lone half of a surrogate pair would match inside a character
  if (/[\ud800-\udfff]/.test(literal)) return undefined
  if (starts && ends) return (text) => text === literal
  if (starts) return (text) => text.startsWith(literal)
  return ends ? (text) => text.endsWith(literal) : (text) => text.includes(literal)
}

const isAssertion = (node: Node | undefined, assertion: Assertion): boolean =>
  node?.kind === 'assertion' && node.assertion === assertion

function automaton(program: readonly Instruction[]): (text: string) => boolean {
  const follow = follower(program)
  const states = new Map<string, State>()
  const first: State = { threads: [0], before: 'rim', next: [], atEnd: undefined }

  function stateOf(threads: readonly number[], before: Edge): State | undefined {
    const key = `${before}:${threads.join()}`
    const found = states.get(key)
    if (found !== undefined || states.size >= maxStates) return found
    const state: State = { threads, before, next: [], atEnd: undefined }
    states.set(key, state)
    return state
  }

  function step(state: State, code: number): State | true | undefined {
    const edge = edgeOf(code)
    const threads = follow(state.threads, state.before, edge, code)
    const next = threads === true ? true : stateOf(threads.sort(ascending), edge)
    if (code < 128) state.next[code] = next
    return next
  }

  function simulate(text: string, from: number, state: State): boolean {
    let threads = state.threads
    let before = state.before
    let steps = 0
    for (let index = from; index < text.length; index++) {
      const code = text.codePointAt(index) ?? 0
      if (code > 0xffff) index++
      const edge = edgeOf(code)
      steps += threads.length
      if (steps > maxThreadSteps) {
        throw remoteError(
          'QUERY_TOO_COMPLEX',
          'the regular expression costs too much on a long text',
        )
      }
      const next = follow(threads, before, edge, code)
      if (next === true) return true
      threads = next
      before = edge
    }
    return follow(threads, before, 'rim', -1) === true
  }

  return (text) => {
    let state = first
    for (let index = 0; index < text.length; index++) {
      const code = text.codePointAt(index) ?? 0
      const next: State | true | undefined =
        (code < 128 ? state.next[code] : undefined) ?? step(state, code)
      if (next === true) return true
      if (next === undefined) return simulate(text, index, state)
      if (code > 0xffff) index++
      state = next
    }
    state.atEnd ??= follow(state.threads, state.before, 'rim', -1) === true
    return state.atEnd
  }
}

const ascending = (a: number, b: number): number => a - b

const edgeOf = (code: number): Edge =>
  isWordCode(code) ? 'word' : isLineEnd(code) ? 'line' : 'other'

/**
 * One step of all threads at once: resolves forks and assertions between `before` and `after`, then consumes `code`.
 *
 * **Returns** the threads behind the character, the start among them (a match may begin anywhere), or `true` when the
 * match was reached. Each position is visited once per step.
 */
function follower(program: readonly Instruction[]) {
  const visited = new Uint32Array(program.length)
  const reached = new Uint32Array(program.length)
  let generation = 0
  return (threads: readonly number[], before: Edge, after: Edge, code: number): number[] | true => {
    generation = generation === 0xffffffff ? 1 : generation + 1
    if (generation === 1) for (const marks of [visited, reached]) marks.fill(0)
    const next = [0]
    reached[0] = generation
    const stack = threads.slice()
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (visited[at] === generation) continue
      visited[at] = generation
      const instruction = program[at]
      if (instruction === undefined || instruction.kind === 'match') return true
      if (instruction.kind === 'fork') {
        stack.push(instruction.other, instruction.next)
      } else if (instruction.kind === 'assert') {
        if (holds(instruction.assertion, before, after)) stack.push(instruction.next)
      } else if (reached[instruction.next] !== generation && instruction.test(code)) {
        reached[instruction.next] = generation
        next.push(instruction.next)
      }
    }
    return next
  }
}

function holds(assertion: Assertion, before: Edge, after: Edge): boolean {
  switch (assertion) {
    case 'start':
      return before === 'rim'
    case 'end':
      return after === 'rim'
    case 'lineStart':
      return before === 'rim' || before === 'line'
    case 'lineEnd':
      return after === 'rim' || after === 'line'
    default:
      return (assertion === 'word') === ((before === 'word') !== (after === 'word'))
  }
}
