import {
  type Assertion,
  type CharacterSet,
  type Node,
  PatternFault,
} from './regular-expression-syntax.ts'

/** One step of a program; `next` and `other` are positions. */
export type Instruction =
  | { readonly kind: 'test'; readonly test: (code: number) => boolean; readonly next: number }
  | { readonly kind: 'fork'; next: number; other: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion; readonly next: number }
  | { readonly kind: 'match' }

/** Largest program; bounds both memory and the work per character of the text. Measured: 1 µs per 100 steps. */
export const maxInstructions = 1000

/** Visits of nodes while repeats are written out; stops repeats of nothing. */
const maxVisits = 20_000

/**
 * Compiles a parsed pattern to the instructions of a nondeterministic automaton (Thompson's construction).
 *
 * **Throws** a {@link PatternFault} of kind `unsupported` when counted repeats make it larger than {@link maxInstructions}.
 */
export function compileProgram(node: Node, ignoreCase: boolean): readonly Instruction[] {
  const builder: Builder = { program: [], visits: 0, ignoreCase }
  emit(node, builder)
  push(builder, { kind: 'match' })
  return builder.program
}

interface Builder {
  readonly program: Instruction[]
  readonly ignoreCase: boolean
  visits: number
}

function push(builder: Builder, instruction: Instruction): void {
  if (builder.program.length >= maxInstructions) {
    throw new PatternFault('unsupported', 'the pattern is too complex')
  }
  builder.program.push(instruction)
}

function emit(node: Node, builder: Builder): void {
  if (++builder.visits > maxVisits) {
    throw new PatternFault('unsupported', 'the pattern is too complex')
  }
  const next = builder.program.length + 1
  switch (node.kind) {
    case 'character':
      push(builder, { kind: 'test', test: testOfCode(node.code, builder.ignoreCase), next })
      break
    case 'set':
      push(builder, { kind: 'test', test: testOfSet(node.set, builder.ignoreCase), next })
      break
    case 'assertion':
      push(builder, { kind: 'assert', assertion: node.assertion, next })
      break
    case 'sequence':
      for (const item of node.items) emit(item, builder)
      break
    case 'choice':
      emitChoice(node.options, builder)
      break
    case 'repeat':
      emitRepeat(node.item, node.min, node.max, builder)
  }
}

/** A fork per option but the last; every option ends by jumping behind them all. */
function emitChoice(options: readonly Node[], builder: Builder): void {
  const jumps: { next: number; other: number }[] = []
  options.forEach((option, index) => {
    const fork = index < options.length - 1 ? pushFork(builder) : undefined
    emit(option, builder)
    if (fork === undefined) return
    const jump = pushFork(builder)
    jumps.push(jump)
    fork.other = builder.program.length
  })
  for (const jump of jumps) {
    jump.next = builder.program.length
    jump.other = builder.program.length
  }
}

function emitRepeat(item: Node, min: number, max: number, builder: Builder): void {
  for (let count = 0; count < min; count++) emit(item, builder)
  if (max === Number.POSITIVE_INFINITY) {
    const at = builder.program.length
    const fork = pushFork(builder)
    emit(item, builder)
    const back = pushFork(builder)
    back.next = at
    back.other = at
    fork.other = builder.program.length
    return
  }
  const forks: { other: number }[] = []
  for (let count = min; count < max; count++) {
    forks.push(pushFork(builder))
    emit(item, builder)
  }
  for (const fork of forks) fork.other = builder.program.length
}

function pushFork(builder: Builder): { next: number; other: number } {
  const next = builder.program.length + 1
  const fork = { kind: 'fork' as const, next, other: next }
  push(builder, fork)
  return fork
}

function testOfCode(expected: number, ignoreCase: boolean): (code: number) => boolean {
  if (!ignoreCase) return (code) => code === expected
  const folded = foldCase(expected)
  return (code) => code === expected || foldCase(code) === folded
}

function testOfSet(set: CharacterSet, ignoreCase: boolean): (code: number) => boolean {
  const { ranges, negated } = set
  const includes = (code: number): boolean => {
    for (const [first, last] of ranges) if (code >= first && code <= last) return true
    return false
  }
  if (!ignoreCase) return negated ? (code) => !includes(code) : includes
  return (code) => {
    const found = includes(code) || includes(foldCase(code)) || includes(lowerCase(code))
    return found !== negated
  }
}

/** JavaScript's canonical form for the `i` flag: upper case, unless that leaves one character or ASCII. */
function foldCase(code: number): number {
  if (code < 128) return code >= 0x61 && code <= 0x7a ? code - 32 : code
  const upper = String.fromCodePoint(code).toUpperCase()
  const folded = upper.codePointAt(0) ?? code
  return folded < 128 || String.fromCodePoint(folded).length !== upper.length ? code : folded
}

function lowerCase(code: number): number {
  if (code < 128) return code >= 0x41 && code <= 0x5a ? code + 32 : code
  const lower = String.fromCodePoint(code).toLowerCase()
  const folded = lower.codePointAt(0) ?? code
  return folded < 128 || String.fromCodePoint(folded).length !== lower.length ? code : folded
}
