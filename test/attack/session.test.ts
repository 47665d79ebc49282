import { connect } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  problemOf,
  type RawSocket,
  type SessionTarget,
  startSessionTarget,
  until,
} from './session-target.ts'

const limits = {
  maxMessageBytes: 64 * 1024,
  maxConcurrentCalls: 4,
  maxReferences: 4,
  maxReferenceDepth: 2,
  helloMs: 60,
  streamWindow: 4,
}

const test = suite<{ target: SessionTarget; bystander: RawSocket }>('hostile sessions')
const unpolluted = Object.getOwnPropertyNames(Object.prototype).join()
const faults: unknown[] = []
const note = (reason: unknown): void => void faults.push(reason)

test.before(async (context) => {
  process.on('unhandledRejection', note)
  context.target = await startSessionTarget({ limits })
  context.bystander = await context.target.greet()
  bystanderId = 0
})
test.after(({ target }) => target.stop())

let bystanderId = 0

/** Nothing that happens to one connection is felt on another. */
test.after.each(async ({ bystander }) => {
  const id = ++bystanderId
  assert.equal(await bystander.call(id, 'T.echo', { x: id }), [3, id, id])
  assert.is(Object.getOwnPropertyNames(Object.prototype).join(), unpolluted)
  assert.equal(faults, [])
})

const firstMessages: Readonly<Record<string, readonly [text: string, code: number]>> = {
  'a call': ['[[2,1,"T.echo",{}]]', 4400],
  'two hellos': ['[[0,{"version":1}],[0,{"version":1}]]', 4400],
  'a welcome': ['[[1,{"version":1}]]', 4400],
  'no list': ['{}', 4400],
  'no JSON': ['hello', 1007],
  'an empty text': ['', 1007],
  'a hello without a version': ['[[0,{}]]', 4400],
  'a hello that is a list': ['[[0,[1]]]', 4400],
  'an unknown version': ['[[0,{"version":2}]]', 4406],
  'an unknown codec': ['[[0,{"version":1,"codec":"pickle"}]]', 4406],
  'a codec that is no text': ['[[0,{"version":1,"codec":{}}]]', 4400],
  'a token that is no text': ['[[0,{"version":1,"token":{}}]]', 4400],
  'a session without a count': ['[[0,{"version":1,"session":"x"}]]', 4400],
  'metadata that is no object': ['[[0,{"version":1,"metadata":[]}]]', 4400],
  'metadata with other than texts': ['[[0,{"version":1,"metadata":{"a":1}}]]', 4400],
  'a long hello': [`[[0,{"version":1,"token":"${'x'.repeat(66_000)}"}]]`, 1009],
}

for (const [name, [text, code]] of Object.entries(firstMessages)) {
  test(`WS-6: ${name} as first message closes with ${code}`, async ({ target }) => {
    const socket = await target.connect()
    socket.socket.send(text)
    assert.is(await socket.closeCode(), code)
  })
}

test('a client that says nothing is closed with 4408', async ({ target }) => {
  assert.is(await (await target.connect()).closeCode(), 4408)
})

test('a sub-protocol nobody speaks closes with 4406', async ({ target }) => {
  const key = Buffer.from('0123456789abcdef').toString('base64')
  const socket = connect(target.port, '127.0.0.1')
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: viaduct.v9.json\r\n\r\n`,
  )
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
  })
  await until(() => bytes.includes('\r\n\r\n') && bytes.length > bytes.indexOf('\r\n\r\n') + 6)
  const frame = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
  assert.is(frame.readUInt16BE(2), 4406)
  socket.destroy()
})

test('a page of a foreign origin is refused with 403, and a reset of the refused connection hurts nobody', async ({
  target,
}) => {
  const foreign = { headers: { origin: 'https://evil.example' } }
  const refusal = await target.connect(foreign).catch((error: Error) => error.message)
  assert.is(refusal, 'refused with 403')
  for (let i = 0; i < 20; i++) {
    const socket = connect(target.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
    )
    socket.resetAndDestroy()
  }
})

const messages: Readonly<Record<string, readonly [text: string, code: number]>> = {
  'malformed JSON': ['[[2,1,"T.echo",{}]', 1007],
  'a message that is no list': ['{"a":1}', 1007],
  'a frame that is no list': ['[1]', 1007],
  'an unknown tag': ['[[2,1,"T.echo",{"x":{"$":["evil",1]}}]]', 1007],
  'a reserved key': ['[[2,1,"T.echo",{"__proto__":{"polluted":1}}]]', 1007],
  'a reserved key in a list': [
    '[[2,1,"T.echo",{"x":[{"constructor":{"prototype":{"a":1}}}]}]]',
    1007,
  ],
  'an oversized message': [`[[2,1,"T.echo",{"x":"${'x'.repeat(limits.maxMessageBytes)}"}]]`, 1009],
  'an unknown frame': ['[[99,1]]', 4400],
  'an empty frame': ['[[]]', 4400],
  'a second hello': ['[[0,{"version":1}]]', 4400],
  'a goaway': ['[[13,"bye"]]', 4400],
  'a call id that is no number': ['[[2,"1","T.echo",{}]]', 4400],
  'a call id of 0': ['[[2,0,"T.echo",{}]]', 4400],
  'a call id with a fraction': ['[[2,1.5,"T.echo",{}]]', 4400],
  'an id used twice': ['[[2,1,"T.echo",{}],[2,1,"T.echo",{}]]', 4400],
  'an id below the last': ['[[2,5,"T.echo",{}],[2,4,"T.echo",{}]]', 4400],
  'credit of 0': ['[[8,1,0]]', 4400],
  'negative credit': ['[[8,1,-1]]', 4400],
  'credit that is no number': ['[[8,1,"many"]]', 4400],
  'credit without a bound': ['[[8,1,1e999]]', 4400],
  'items that are no list': ['[[6,1,"abc"]]', 4400],
  'a cancel without an id': ['[[9]]', 4400],
  'an acknowledgement of what was never sent': ['[[14,1000]]', 4400],
  'an acknowledgement that is no number': ['[[14,"all"]]', 4400],
}

for (const [name, [text, code]] of Object.entries(messages)) {
  test(`WS-6: ${name} closes with ${code}, and the session is over`, async ({ target }) => {
    const socket = await target.greet({ resume: true })
    const before = target.transport.sessions
    socket.socket.send(text)
    assert.is(await socket.closeCode(), code)
    await until(() => target.transport.sessions < before)
  })
}

test('bytes for a text codec, text for a binary codec: 1003', async ({ target }) => {
  const text = await target.greet()
  text.socket.send(Buffer.from('[]'))
  assert.is(await text.closeCode(), 1003)
  const binary = await target.greet({}, { protocols: ['viaduct.v1.msgpack'] })
  binary.socket.send('[[2,1,"T.echo",{}]]')
  assert.is(await binary.closeCode(), 1003)
})

test('broken MessagePack closes with 1007', async ({ target }) => {
  const socket = await target.greet({}, { protocols: ['viaduct.v1.msgpack'] })
  socket.socket.send(Buffer.from([0x91, 0xc1]))
  assert.is(await socket.closeCode(), 1007)
})

test('frames for what is not there are passed over: they may have been on their way', async ({
  target,
}) => {
  const socket = await target.greet()
  socket.send([6, 77, [1]], [7, 77], [4, 77, null], [8, 77, 5], [9, 77], [12, 0], [14, 0])
  assert.equal(await socket.call(1, 'T.echo', { x: 1 }), [3, 1, 1])
})

test('WS-3: an unknown method is an error frame with 404 and the same id', async ({ target }) => {
  const socket = await target.greet()
  for (const [index, name] of ['T.nothing', '__proto__', 'constructor', '', 7, null].entries()) {
    const frame = await socket.call(index + 1, name as string)
    assert.is(frame[1], index + 1)
    assert.equal(problemOf(frame), { statusCode: 404, code: 'METHOD_NOT_FOUND' })
  }
  const long = await socket.call(100, 'x'.repeat(10_000))
  assert.ok(JSON.stringify(long).length < 500)
  const dotted = await socket.call(101, 'a.'.repeat(30_000))
  assert.equal(problemOf(dotted), { statusCode: 404, code: 'METHOD_NOT_FOUND' })
})

test('E-16: what is wrong with one call is an error frame, and the connection lives', async ({
  target,
}) => {
  const socket = await target.greet()
  const wrong: readonly (readonly unknown[])[] = [
    [null],
    ['text'],
    [[]],
    [{}, 'options'],
    [{}, { timeout: -1 }],
    [{}, { timeout: 'soon' }],
    [{}, { credit: 1.5 }],
    [{}, { ctor: 1 }],
    [{}, { metadata: { a: 1 } }],
    [{}, { metadata: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`n${i}`, ''])) }],
  ]
  let id = 0
  for (const rest of wrong) {
    socket.send([2, ++id, 'T.echo', ...rest])
    const frame = await socket.next()
    assert.equal([frame[1], problemOf(frame)], [id, { statusCode: 400, code: 'INVALID_ARGUMENT' }])
  }
  assert.equal(await socket.call(++id, 'T.echo', { x: 1 }, { timeout: Number.MAX_SAFE_INTEGER }), [
    3,
    id,
    1,
  ])
})

test('arguments beyond a limit fail alone with 400; their neighbours are carried out', async ({
  target,
}) => {
  const socket = await target.greet()
  let deep: unknown = 1
  for (let i = 0; i < 60; i++) deep = [deep]
  const wide = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`k${i}`, 1]))
  socket.send(
    [2, 1, 'T.echo', { x: deep }],
    [2, 2, 'T.echo', { x: 2 }],
    [2, 3, 'T.echo', { x: wide }],
  )
  const frames = [await socket.next(), await socket.next(), await socket.next()]
  frames.sort((a, b) => Number(a[1]) - Number(b[1]))
  assert.is((problemOf(frames[0] ?? []) as { statusCode: number }).statusCode, 400)
  assert.equal(frames[1], [3, 2, 2])
  assert.is((problemOf(frames[2] ?? []) as { statusCode: number }).statusCode, 400)
})

test('calls beyond the limit are refused with QUEUE_FULL, those within go on', async ({
  target,
}) => {
  const socket = await target.greet()
  socket.send(...Array.from({ length: 6 }, (_, i) => [2, i + 1, 'T.later', { x: 30 }]))
  const answers = new Map<number, unknown[]>()
  for (let i = 0; i < 6; i++) {
    const frame = await socket.next()
    answers.set(Number(frame[1]), frame)
  }
  for (const id of [1, 2, 3, 4]) assert.equal(answers.get(id), [3, id, 30])
  for (const id of [5, 6]) {
    assert.is((problemOf(answers.get(id) ?? []) as { code: string }).code, 'QUEUE_FULL')
  }
  assert.equal(await socket.call(7, 'T.echo', { x: 7 }), [3, 7, 7])
})

test('cancelled calls count until they are over: nobody runs more of them by cancelling', async ({
  target,
}) => {
  const socket = await target.greet()
  for (let id = 1; id <= 4; id++) socket.send([2, id, 'T.later', { x: 40 }], [9, id])
  assert.is((problemOf(await socket.call(5, 'T.echo')) as { code: string }).code, 'QUEUE_FULL')
})

test('WS-4: a cancel aborts the signal of its call; so does the end of the connection', async ({
  target,
}) => {
  const { seen } = target
  const socket = await target.greet()
  const before = { ...seen }
  socket.send([2, 1, 'T.wait', {}], [2, 2, 'T.wait', {}])
  await until(() => seen.waiting === before.waiting + 2)
  socket.send([9, 1])
  await until(() => seen.aborted === before.aborted + 1)
  socket.socket.close()
  await until(() => seen.aborted === before.aborted + 2)
})

test('a deadline crosses the wire: 504, and the signal aborts', async ({ target }) => {
  const socket = await target.greet()
  const { aborted } = target.seen
  const frame = await socket.call(1, 'T.wait', {}, { timeout: 20 })
  assert.is((problemOf(frame) as { statusCode: number }).statusCode, 504)
  await until(() => target.seen.aborted === aborted + 1)
})

test('a stream sends what it has credit for and no more', async ({ target }) => {
  const socket = await target.greet()
  assert.equal(await socket.call(1, 'T.endless', {}, { credit: 3 }), [5, 1])
  for (let n = 0; n < 3; n++) assert.is((await socket.next())[0], 6)
  socket.send([11, 42])
  assert.equal(await socket.next(), [12, 42])
  socket.send([8, 1, 1])
  assert.is((await socket.next())[0], 6)
  const { left } = target.seen
  socket.send([9, 1])
  await until(() => target.seen.left === left + 1)
})

test('a result that can not be read as a stream is a 500 and nothing else', async ({ target }) => {
  const socket = await target.greet()
  assert.equal(problemOf(await socket.call(1, 'T.locked')), { statusCode: 500 })
  socket.send([10, 'T.locked', {}])
  assert.equal(await socket.call(2, 'T.echo', { x: 2 }), [3, 2, 2])
})

test('a notice runs and is never answered, not even when it is wrong', async ({ target }) => {
  const socket = await target.greet()
  socket.send([10, 'T.note', { x: 'kept' }], [10, 'T.nothing', {}], [10, 'T.note', 7], [10])
  assert.equal(await socket.call(1, 'T.echo', { x: 1 }), [3, 1, 1])
  assert.equal(target.seen.notices, ['kept'])
})

test('items of a file wait for credit; more than that is a violation', async ({ target }) => {
  const chunk = { $: ['bytes', Buffer.alloc(100).toString('base64')] }
  const file = { file: { filename: 'a', stream: { $: ['stream', 9] } } }
  const socket = await target.greet()
  const { uploaded } = target.seen
  socket.send([2, 1, 'T.upload', file])
  let credit = 0
  let sent = 0
  while (sent < 20) {
    while (credit === 0) {
      const [kind, id, items] = await socket.next()
      assert.equal([kind, id], [8, 9])
      credit += Number(items)
      assert.ok(credit <= limits.streamWindow)
    }
    socket.send([6, 9, [chunk]])
    credit--
    sent++
  }
  socket.send([7, 9])
  let frame = await socket.next()
  while (frame[0] === 8) frame = await socket.next()
  assert.equal(frame, [3, 1, uploaded + 2000])
  const greedy = await target.greet()
  greedy.send([2, 1, 'T.upload', file], [6, 9, [chunk, chunk, chunk, chunk, chunk]])
  assert.is(await greedy.closeCode(), 4400)
})

const ref = (id: unknown, ...path: string[]) => ({ $: ['ref', id, path] })

test('a call may refer to the result of an earlier one of its message', async ({ target }) => {
  const socket = await target.greet()
  socket.send([2, 1, 'T.echo', { x: { a: [5] } }], [2, 2, 'T.echo', { x: ref(1, 'a', '0') }])
  assert.equal(await socket.next(), [3, 1, { a: [5] }])
  assert.equal(await socket.next(), [3, 2, 5])
  socket.send([2, 3, 'T.echo', { x: { x: 7 } }], [2, 4, 'T.echo', ref(3)])
  assert.equal(
    [await socket.next(), await socket.next()],
    [
      [3, 3, { x: 7 }],
      [3, 4, 7],
    ],
  )
})

const references: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  'to a later call': [
    [2, 1, 'T.echo', { x: ref(2) }],
    [2, 2, 'T.echo', { x: 1 }],
  ],
  'to itself': [[2, 1, 'T.echo', { x: ref(1) }]],
  'to a call that is not there': [[2, 1, 'T.echo', { x: ref(77) }]],
  'that are too many': [[2, 0.5 + 0.5, 'T.echo', { x: Array.from({ length: 5 }, () => ref(1)) }]],
  'that are too deep': [
    [2, 1, 'T.echo', { x: 1 }],
    [2, 2, 'T.echo', { x: ref(1, 'a', 'b', 'c') }],
  ],
  'through no object': [
    [2, 1, 'T.echo', { x: 1 }],
    [2, 2, 'T.echo', { x: ref(1, 'a') }],
  ],
  'that stand for all arguments and are none': [
    [2, 1, 'T.echo', { x: 1 }],
    [2, 2, 'T.echo', ref(1)],
  ],
}

for (const [name, frames] of Object.entries(references)) {
  test(`references ${name} are refused with 400`, async ({ target }) => {
    const socket = await target.greet()
    socket.send(...frames)
    const problems: unknown[] = []
    for (let i = 0; i < frames.length; i++) problems.push(problemOf(await socket.next()))
    const expected = { statusCode: 400, code: 'INVALID_ARGUMENT' }
    assert.ok(
      problems.some((problem) => JSON.stringify(problem) === JSON.stringify(expected)),
      JSON.stringify(problems),
    )
    assert.equal(await socket.call(9, 'T.echo', { x: 9 }), [3, 9, 9])
  })
}

test('references are counted per message: many calls can not copy one large result each', async ({
  target,
}) => {
  const socket = await target.greet()
  const calls = [2, 3, 4].map((id) => [2, id, 'T.echo', { x: [ref(1), ref(1)] }])
  socket.send([2, 1, 'T.echo', { x: 1 }], ...calls)
  const answers: unknown[] = []
  for (let i = 0; i < 4; i++) answers.push((await socket.next())[0])
  assert.equal(answers.sort(), [3, 3, 3, 4])
})

test('a reference reaches own members only', async ({ target }) => {
  const socket = await target.greet()
  socket.send([2, 1, 'T.echo', { x: { a: 1 } }], [2, 2, 'T.echo', { x: ref(1, 'toString') }])
  assert.equal(
    [await socket.next(), await socket.next()],
    [
      [3, 1, { a: 1 }],
      [3, 2],
    ],
  )
  socket.send([2, 3, 'T.echo', { x: ref(1, '__proto__') }])
  assert.is(await socket.closeCode(), 1007)
})

test.run()
