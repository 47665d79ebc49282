import { type Answer, member, type Step } from './conversation.ts'

const idKey = /(^id$|Ids?$|^pk$|^fk$)/
/** What LoopBack 3 says about a URL it does not know; the text is not part of the contract. */
const unknownUrl = /^(Shared class |There is no method to handle |Cannot [A-Z]+ )/

/**
 * Compares the answers of one conversation with the recorded ones, step by step and in order.
 *
 * Ids may be numbered differently on the other server: a pair of ids that came from the same creating answer, or from
 * the same saved value, counts as equal under id-like keys and inside texts.
 */
export class Comparison {
  readonly #pairs = new Set<string>()

  /** The differences of one step, each as `place recorded -> actual`; empty when the answers agree. */
  differences(step: Step, recorded: Answer, actual: Answer): string[] {
    this.#learn(step, recorded, actual)
    const found: string[] = []
    if (recorded.status !== actual.status) {
      found.push(`status ${recorded.status} -> ${actual.status}`)
    }
    if (step.compare === 'error-kind' || isUnknownUrl(recorded)) {
      return [...found, ...errorKindDifferences(recorded, actual)]
    }
    this.#compareHeaders(recorded, actual, found)
    if (step.compare === 'status') return found
    if ('body' in recorded !== 'body' in actual) {
      found.push(`body ${shorten(recorded.body)} -> ${shorten(actual.body)}`)
    } else {
      this.#compareValues(recorded.body, actual.body, 'body', '', found)
    }
    return found
  }

  #learn(step: Step, recorded: Answer, actual: Answer): void {
    for (const [name, value] of Object.entries(recorded.saved ?? {})) {
      const other = actual.saved?.[name]
      if (other !== undefined) this.#pair(value, other)
    }
    const creates = step.method === 'POST' || step.method === 'PUT' || step.method === 'PATCH'
    if (creates && recorded.status === 200 && actual.status === 200) {
      this.#learnIds(recorded.body, actual.body)
    }
  }

  #pair(recorded: unknown, actual: unknown): void {
    this.#pairs.add(`${recorded}\0${actual}`)
  }

  #learnIds(recorded: unknown, actual: unknown): void {
    if (typeof recorded !== 'object' || recorded === null) return
    if (typeof actual !== 'object' || actual === null) return
    if (Array.isArray(recorded) !== Array.isArray(actual)) return
    for (const [key, value] of Object.entries(recorded)) {
      const other = member(actual, key)
      const isId = key === 'id' && (typeof value === 'number' || typeof value === 'string')
      if (isId && other !== undefined) this.#pair(value, other)
      else this.#learnIds(value, other)
    }
  }

  #compareHeaders(recorded: Answer, actual: Answer, found: string[]): void {
    for (const name of keysOf(recorded.headers, actual.headers)) {
      const [left, right] = [recorded.headers[name], actual.headers[name]]
      if (left === right || this.#same(String(left), String(right), 'id')) continue
      found.push(`header ${name} ${shorten(left)} -> ${shorten(right)}`)
    }
  }

  #compareValues(
    recorded: unknown,
    actual: unknown,
    at: string,
    key: string,
    found: string[],
  ): void {
    if (Array.isArray(recorded) && Array.isArray(actual)) {
      if (recorded.length !== actual.length) {
        found.push(`${at}.length ${recorded.length} -> ${actual.length}`)
      }
      for (let i = 0; i < Math.min(recorded.length, actual.length); i++) {
        this.#compareValues(recorded[i], actual[i], `${at}.${i}`, key, found)
      }
    } else if (isRecord(recorded) && isRecord(actual)) {
      this.#compareMembers(recorded, actual, at, found)
    } else if (!this.#same(recorded, actual, key)) {
      found.push(`${at} ${shorten(recorded)} -> ${shorten(actual)}`)
    }
  }

  #compareMembers(
    recorded: Readonly<Record<string, unknown>>,
    actual: Readonly<Record<string, unknown>>,
    at: string,
    found: string[],
  ): void {
    for (const key of keysOf(recorded, actual)) {
      const [left, right] = [recorded[key], actual[key]]
      if (!Object.hasOwn(actual, key)) found.push(`${at}.${key} missing, was ${shorten(left)}`)
      else if (!Object.hasOwn(recorded, key)) found.push(`${at}.${key} added ${shorten(right)}`)
      else this.#compareValues(left, right, `${at}.${key}`, key, found)
    }
  }

  #same(recorded: unknown, actual: unknown, key: string): boolean {
    if (recorded === actual) return true
    if (typeof recorded === 'number' && typeof actual === 'number') {
      return idKey.test(key) && this.#arePaired(recorded, actual)
    }
    return (
      typeof recorded === 'string' && typeof actual === 'string' && this.#sameText(recorded, actual)
    )
  }

  /** Texts agree when they differ in paired numbers only. */
  #sameText(recorded: string, actual: string): boolean {
    const left = recorded.split(/(\d+)/)
    const right = actual.split(/(\d+)/)
    return (
      left.length === right.length &&
      left.every((part, i) => part === right[i] || (i % 2 === 1 && this.#arePaired(part, right[i])))
    )
  }

  #arePaired(recorded: unknown, actual: unknown): boolean {
    return this.#pairs.has(`${recorded}\0${actual}`)
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keysOf(...records: readonly object[]): Set<string> {
  return new Set(records.flatMap((record) => Object.keys(record)))
}

function isUnknownUrl(recorded: Answer): boolean {
  const message = member(member(recorded.body, 'error'), 'message')
  return recorded.status === 404 && typeof message === 'string' && unknownUrl.test(message)
}

function errorKindDifferences(recorded: Answer, actual: Answer): string[] {
  return ['name', 'code', 'statusCode'].flatMap((key) => {
    const left = member(member(recorded.body, 'error'), key)
    const right = member(member(actual.body, 'error'), key)
    return left === right ? [] : [`body.error.${key} ${shorten(left)} -> ${shorten(right)}`]
  })
}

/** A value as one short line of JSON. */
export function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? '(none)'
  return text.length > 110 ? `${text.slice(0, 107)}...` : text
}
