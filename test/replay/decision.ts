import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, member, vectorFolder } from './conversation.ts'

/** What a step must answer instead of what was recorded. Members that are absent accept anything. */
export interface Expectation {
  readonly status?: number | readonly number[]
  /** `error.name`. */
  readonly name?: string
  /** `error.code`. */
  readonly code?: string
  readonly body?: unknown
  /** Number of items. */
  readonly length?: number
}

/** A step in which Viaduct differs from LoopBack 3 on purpose. */
export interface Decision {
  readonly why: string
  readonly expect: Expectation | 'any'
  /** Document that holds the decision; in our own list only. */
  readonly decision?: string
}

/** Decisions by place. */
export type Decisions = ReadonlyMap<string, Decision>

function readDecisions(path: string, part: 'steps' | 'conversions'): Decisions {
  const lists = JSON.parse(readFileSync(path, 'utf8')) as Readonly<
    Record<typeof part, Readonly<Record<string, Decision>>>
  > // checked-in data
  return new Map(Object.entries(lists[part]))
}

/** The differences that came with the recordings, by `conversation/step`. */
export function readAllowed(): Decisions {
  return readDecisions(join(vectorFolder, 'allow.json'), 'steps')
}

/** The differences of this repository: `steps` by `conversation/step`, `conversions` by the id of the vector. */
export function readDecided(part: 'steps' | 'conversions'): Decisions {
  return readDecisions(join(import.meta.dirname, 'decided.json'), part)
}

/** Tells whether an answer is what the decision asks for. */
export function satisfies({ expect }: Decision, answer: Pick<Answer, 'status' | 'body'>): boolean {
  if (expect === 'any') return true
  const error = member(answer.body, 'error')
  const statuses = expect.status === undefined ? [answer.status] : [expect.status].flat()
  return (
    statuses.includes(answer.status) &&
    (expect.name === undefined || member(error, 'name') === expect.name) &&
    (expect.code === undefined || member(error, 'code') === expect.code) &&
    (expect.body === undefined || JSON.stringify(expect.body) === JSON.stringify(answer.body)) &&
    (expect.length === undefined || member(answer.body, 'length') === expect.length)
  )
}
