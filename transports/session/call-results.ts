import { jsonCodec } from '../codec/json.ts'
import { serverRichTypes } from '../codec/server-rich-types.ts'
import type { ReferenceCount } from './references.ts'

/** Results of the calls of one message, for those that refer to them. */
export interface Results {
  /** What the caller is sent of them, once somebody refers to it. */
  readonly sent: Map<number, Promise<unknown>>
  readonly of: Map<number, Promise<unknown>>
  /** References of the message so far. */
  readonly count: ReferenceCount
}

export function newResults(): Results {
  return { of: new Map(), sent: new Map(), count: { made: 0, copiedBytes: 0 } }
}

const everything = Number.MAX_SAFE_INTEGER
const wire = jsonCodec.create(serverRichTypes, {
  maxMessageBytes: everything,
  maxDepth: 500,
  maxKeys: everything,
  maxItems: everything,
})

/** A value as the other side would read it. */
function asSent(value: unknown): unknown {
  return value === undefined ? undefined : wire.decode(wire.encode([[0, 0, value]]))[0]?.[2]
}

/** A reference sees what the reply holds, not what the method had in hand: members it hides stay hidden. */
export function sentResult(
  id: number,
  result: Promise<unknown>,
  { sent }: Results,
): Promise<unknown> {
  let pending = sent.get(id)
  if (pending === undefined) {
    pending = result.then(asSent)
    pending.catch(() => {}) // whoever refers to it is told
    sent.set(id, pending)
  }
  return pending
}
