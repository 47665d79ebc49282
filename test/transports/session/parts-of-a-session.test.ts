import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ResultReference, StreamReference } from '../../../transports/codec/codec.ts'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { plainRichTypes } from '../../../transports/codec/rich-types.ts'
import { IncomingStream, OutgoingStream } from '../../../transports/session/flow-control.ts'
import { Link } from '../../../transports/session/link.ts'
import { nextMessage, PipeEnd } from '../../../transports/session/pipe.ts'
import { joinedPipes, QueuePipe } from '../../../transports/session/queue-pipe.ts'
import { resolveReferences } from '../../../transports/session/references.ts'
import { readSessionLimits } from '../../../transports/session/session-options.ts'

function createLink(options: Partial<ConstructorParameters<typeof Link>[0]> = {}): Link {
  return new Link({
    codec: jsonCodec.create(plainRichTypes),
    maxMessageBytes: 1000,
    maxReplayBytes: 10_000,
    sendWindowBytes: 2000,
    schedule: (flush) => queueMicrotask(flush),
    onSendFailed: () => {},
    ...options,
  })
}

const rejection = (pending: Promise<unknown>): Promise<unknown> =>
  pending.then(
    () => undefined,
    (error: unknown) => error,
  )

test('a link joins the frames of a tick in one message, and splits at the limit', async () => {
  const [a, b] = joinedPipes()
  const link = createLink({ maxMessageBytes: 60 })
  link.attach(a, 0)
  for (let id = 1; id <= 4; id++) link.send([3, id, 'x'.repeat(10)])
  assert.is(await nextMessage(b), '[[3,1,"xxxxxxxxxx"],[3,2,"xxxxxxxxxx"]]')
  assert.is(await nextMessage(b), '[[3,3,"xxxxxxxxxx"],[3,4,"xxxxxxxxxx"]]')
})

test('a link refuses a frame beyond the limit of the other side and sends nothing of it', async () => {
  const [a, b] = joinedPipes()
  const link = createLink({ maxMessageBytes: 60 })
  link.attach(a, 0)
  assert.throws(() => link.send([3, 1, 'é'.repeat(30)]), /beyond the limit of 60/)
  link.send([3, 2])
  assert.is(await nextMessage(b), '[[3,2]]')
})

test('a link repeats what was not received over the next pipe, and only that', async () => {
  const [a, first] = joinedPipes()
  const link = createLink()
  link.attach(a, 0)
  link.send([3, 1], true)
  link.send([3, 2], true)
  assert.equal([await nextMessage(first), await nextMessage(first)], ['[[3,1]]', '[[3,2]]'])
  link.detach()
  link.send([3, 3])
  assert.ok(link.canResumeFrom(1))
  const [b, second] = joinedPipes()
  link.attach(b, 1)
  assert.equal([await nextMessage(second), await nextMessage(second)], ['[[3,2]]', '[[3,3]]'])
  assert.not.ok(link.canResumeFrom(0))
  assert.not.ok(link.canResumeFrom(4))
})

test('a link counts the bytes a full pipe has not passed on', async () => {
  const passed: (() => void)[] = []
  const pipe = new QueuePipe({
    send: () => new Promise<void>((resolve) => passed.push(resolve)),
    close: () => {},
  })
  const link = createLink()
  link.attach(pipe, 0)
  link.send([3, 1, 'x'.repeat(500)], true)
  assert.ok(link.queuedBytes > 500)
  assert.is(link.progress, 0)
  assert.ok(link.ready() instanceof Promise)
  passed[0]?.()
  await link.ready()
  assert.equal([link.queuedBytes, link.progress], [0, 1])
})

test('many small messages fill the window like a few large ones', () => {
  const [a] = joinedPipes()
  const link = createLink()
  link.attach(a, 0)
  let sent = 0
  while (link.ready() === undefined && sent < 1000) link.send([6, ++sent, [1]], true)
  assert.ok(sent < 30, `${sent} messages`)
})

test('a closed link takes nothing and keeps nothing', () => {
  const link = createLink()
  link.close()
  link.send([3, 1, 'x'])
  assert.is(link.queuedBytes, 0)
})

test('an incoming stream gives credit as it is read, half a window at a time', async () => {
  const grants: number[] = []
  const stream = new IncomingStream(
    4,
    (items) => grants.push(items),
    () => {},
  )
  assert.ok(stream.push([1, 2, 3, 4]))
  assert.not.ok(stream.push([5]))
  const reader = stream[Symbol.asyncIterator]()
  assert.equal(await reader.next(), { done: false, value: 1 })
  assert.equal(grants, [])
  assert.equal(await reader.next(), { done: false, value: 2 })
  assert.equal(grants, [2])
  stream.end()
  assert.equal(await reader.next(), { done: false, value: 3 })
  assert.equal(await reader.next(), { done: false, value: 4 })
  assert.is((await reader.next()).done, true)
})

test('an outgoing stream stops at its credit, and leaves its source when it is cancelled', async () => {
  const sent: unknown[] = []
  let left = false
  const source = (async function* () {
    try {
      for (let n = 1; ; n++) yield n
    } finally {
      left = true
    }
  })()
  const stream = new OutgoingStream(source, 2, {
    items: (items) => void sent.push(...items),
    end: () => {},
    fail: () => {},
    ready: () => undefined,
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  assert.equal(sent, [1, 2])
  stream.addCredit(1)
  await turn()
  assert.equal(sent, [1, 2, 3])
  stream.cancel()
  await turn()
  assert.equal([sent, left], [[1, 2, 3], true])
})

const resolver = () => ({
  stream: (id: number) => `stream ${id}`,
  result: async () => ({ a: { b: [7] } }),
  count: { made: 0, copiedBytes: 0 },
  maxCopiedBytes: 1000,
  maxReferences: 3,
  maxDepth: 3,
})

test('references are replaced in a copy; the streams among them are open before anything is awaited', async () => {
  const opened: number[] = []
  const args = {
    x: [new ResultReference(1, ['a', 'b']), { s: new StreamReference(9) }],
    kept: new Date(0),
  }
  const pending = resolveReferences(args, {
    ...resolver(),
    stream: (id) => opened.push(id),
  })
  assert.equal(opened, [9])
  assert.equal(await pending, { x: [[7], { s: 1 }], kept: new Date(0) })
  assert.instance(args.x[0], ResultReference)
})

test('a reference that stands for everything, too many, too deep, through nothing', async () => {
  assert.equal(await resolveReferences(new ResultReference(1, ['a']), resolver()), { b: [7] })
  const many = Array.from({ length: 4 }, () => new StreamReference(1))
  assert.instance(await rejection(resolveReferences(many, resolver())), RangeError)
  const deep = new ResultReference(1, ['a', 'b', '0', 'c'])
  assert.instance(await rejection(resolveReferences(deep, resolver())), RangeError)
  const lost = new ResultReference(1, ['z', 'y'])
  assert.instance(await rejection(resolveReferences(lost, resolver())), TypeError)
})

test('limits are checked: unknown ones, no numbers, messages too short for a problem', () => {
  for (const limits of [{ many: 1 }, { helloMs: '1' }, { silenceMs: -1 }, { maxReplyBytes: 10 }]) {
    assert.throws(() => readSessionLimits(limits as object), /limits\./)
  }
  assert.is(readSessionLimits({ maxSessions: 0 }).maxSessions, 0)
})

test('a pipe that ends hands out what was received, then its end', async () => {
  const pipe = new QueuePipe({ send: () => {}, close: () => {} })
  pipe.push('one')
  pipe.finish(new PipeEnd(1001, 'gone'))
  pipe.push('late')
  assert.is(await nextMessage(pipe), 'one')
  assert.is(((await rejection(nextMessage(pipe))) as PipeEnd).closeCode, 1001)
  assert.is(((await rejection(Promise.resolve(pipe.send('x')))) as PipeEnd).closeCode, 1001)
})

test('a pipe pauses what is underneath while nobody reads', async () => {
  const calls: string[] = []
  const pipe = new QueuePipe({
    send: () => {},
    close: () => {},
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  })
  for (let n = 0; n < 70; n++) pipe.push(String(n))
  assert.equal(calls, ['pause'])
  for (let n = 0; n < 70; n++) assert.is(await nextMessage(pipe), String(n))
  assert.equal(calls, ['pause', 'resume'])
})

test('a pipe holds back what follows a message until its reader is done with it', async () => {
  const pipe = new QueuePipe({ send: () => {}, close: () => {} })
  const seen: string[] = []
  let go = () => {}
  pipe.receive({
    message: (message) => {
      seen.push(String(message))
      return new Promise((resolve) => {
        go = resolve
      })
    },
    ended: ({ closeCode }) => seen.push(`end ${closeCode}`),
  })
  pipe.push('one')
  pipe.push('two')
  pipe.finish(new PipeEnd(1001, 'gone'))
  assert.equal(seen, ['one'])
  go()
  await Promise.resolve()
  assert.equal(seen, ['one', 'two'])
  go()
  await Promise.resolve()
  assert.equal(seen, ['one', 'two', 'end 1001'])
})

test('a reader that leaves or aborts while it reads is told nothing more, or the end', () => {
  const pipe = new QueuePipe({ send: () => {}, close: () => {} })
  const seen: string[] = []
  for (const text of ['one', 'two', 'three', 'four']) pipe.push(text)
  pipe.receive({
    message: (message) => {
      seen.push(`a ${message}`)
      pipe.receive(undefined)
    },
    ended: () => seen.push('a end'),
  })
  pipe.receive({
    message: (message) => {
      seen.push(`b ${message}`)
      if (message === 'three') pipe.abort(new PipeEnd(4000, 'enough'))
    },
    ended: ({ closeCode }) => seen.push(`b end ${closeCode}`),
  })
  assert.equal(seen, ['a one', 'b two', 'b three', 'b end 4000'])
})

test.run()
