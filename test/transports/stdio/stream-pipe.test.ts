import { PassThrough } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from '../../../core/index.ts'
import type { Message, Pipe } from '../../../transports/session/pipe.ts'
import { pipeFromStreams, stdio } from '../../../transports/stdio/index.ts'

/** One message: length, kind, bytes. */
function framed(kind: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length)
  head[4] = kind
  return Buffer.concat([head, body])
}

/** Reads a pipe to its end. */
function readAll(
  pipe: Pipe,
): Promise<{ readonly messages: readonly Message[]; readonly closeCode: number }> {
  const messages: Message[] = []
  return new Promise((resolve) => {
    pipe.receive({
      message: (message) => void messages.push(message),
      ended: ({ closeCode }) => resolve({ messages, closeCode }),
    })
  })
}

const broken: readonly (readonly [string, Buffer])[] = [
  ['a lone continuation byte', Buffer.from([0x7b, 0x80, 0x7d])],
  ['a character that is cut off', Buffer.from('ü').subarray(0, 1)],
  ['an overlong form', Buffer.from([0xc0, 0xaf])],
  ['half of a surrogate pair', Buffer.from([0xed, 0xa0, 0x80])],
]

for (const [name, bytes] of broken) {
  test(`WS-6: a text with ${name} ends the pipe with 1007, on both sides`, async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const own = readAll(pipeFromStreams(input, output, 1000))
    const other = readAll(pipeFromStreams(output, new PassThrough(), 1000))
    input.write(framed(0, Buffer.from('"ü"')))
    input.write(framed(0, bytes))
    assert.equal(await own, { messages: ['"ü"'], closeCode: 1007 })
    assert.equal(await other, { messages: [], closeCode: 1007 })
  })
}

test('WS-6: a reason of the end that is no UTF-8 is a broken message, bytes may hold anything', async () => {
  const input = new PassThrough()
  const read = readAll(pipeFromStreams(input, new PassThrough(), 1000))
  input.write(framed(1, Buffer.from([0x80])))
  input.write(framed(2, Buffer.from([0x03, 0xe8, 0x80])))
  assert.equal(await read, { messages: [Buffer.from([0x80])], closeCode: 1007 })
})

test('WS-6: a server closes with 1007 for a text that is no UTF-8', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const app = createApp({ logger: silentLogger }).install(stdio({ input, output }))
  await app.start()
  const read = readAll(pipeFromStreams(output, new PassThrough(), 1000))
  const alive = setInterval(() => {}, 1000)
  input.write(framed(0, Buffer.from([0x5b, 0xff, 0x5d])))
  assert.is((await read).closeCode, 1007)
  clearInterval(alive)
  await app.stop()
})

test.run()
