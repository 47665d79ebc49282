import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket, WebSocketServer } from 'ws'
import type { Transport } from '../../../core/spi.ts'
import { createSubProtocols, subProtocolsKey } from '../../../transports/session/sub-protocols.ts'
import {
  eventually,
  type JsonRpcServer,
  type ServerSetup,
  startServer,
  stopAll,
} from './json-rpc-server.ts'

const open = new Set<WebSocket>()

test.after.each(async () => {
  for (const socket of open) socket.terminate()
  open.clear()
  await stopAll()
})

/** A transport with connections that knows no protocol of its own, only those others registered. */
function sockets(): Transport & { port(): number } {
  let server: WebSocketServer | undefined
  return {
    kind: 'transport',
    name: 'sockets',
    supports: {
      sloppyInput: false,
      richValues: false,
      streams: false,
      files: false,
      cancellation: true,
    },
    port: () => {
      const address = server?.address() as AddressInfo | undefined // TCP
      return address?.port ?? 0
    },
    async listen(environment) {
      const protocols = environment.shared(subProtocolsKey, createSubProtocols)
      server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
      server.on('connection', (socket, request) => {
        const gone = new AbortController()
        socket.on('close', () => gone.abort())
        protocols.find(socket.protocol)?.({
          send: (text) => socket.send(text),
          onMessage: (listener) => void socket.on('message', (data) => listener(String(data))),
          onClose: (listener) => void socket.on('close', listener),
          metadata: request.headers,
          signal: gone.signal,
          close: (code, reason) => socket.close(code, reason),
        })
      })
      await once(server, 'listening')
      return { addresses: [], close: async () => void server?.close() }
    },
  }
}

interface Dialled extends JsonRpcServer {
  readonly socket: WebSocket
  readonly received: string[]
}

async function dial(setup: ServerSetup = {}): Promise<Dialled> {
  const transport = sockets()
  const server = await startServer({ ...setup, others: [transport] })
  const headers = { 'X-Name': 'Ada' }
  const socket = new WebSocket(`ws://127.0.0.1:${transport.port()}`, 'jsonrpc-2.0', { headers })
  open.add(socket)
  const received: string[] = []
  socket.on('message', (data) => received.push(String(data)))
  await once(socket, 'open')
  return { ...server, socket, received }
}

const call = (id: number, method: string, params: unknown = []) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

test('jsonrpc-2.0: texts are answered by full name, notifications and batches as over HTTP', async () => {
  const { socket, received } = await dial()
  socket.send(call(1, 'Plain.add', [1, 2]))
  socket.send('{"jsonrpc":"2.0","method":"Plain.add","params":[5,5]}')
  socket.send(`[${call(2, 'Plain.header')},${call(3, 'Plain.nowhere')}]`)
  socket.send('{')
  await eventually(() => received.length === 3)
  const sorted = [...received].sort()
  assert.equal(sorted, [
    '[{"jsonrpc":"2.0","id":2,"result":"Ada"},{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"Method not found"}}]',
    '{"jsonrpc":"2.0","id":1,"result":3}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
  ])
})

test('jsonrpc-2.0: a closed connection aborts its calls', async () => {
  const { socket, trace } = await dial()
  socket.send(call(1, 'Plain.forever'))
  await eventually(() => trace.includes('begins'))
  socket.terminate()
  await eventually(() => trace.includes('aborted'))
})

test('jsonrpc-2.0: calls beyond maxConcurrentCalls wait for their turn, and every id answers once', async () => {
  const { socket, received } = await dial({ options: { maxConcurrentCalls: 3 } })
  for (let id = 1; id <= 30; id++) socket.send(call(id, 'Plain.busy'))
  await eventually(() => received.length === 30)
  const answers = received.map((text) => JSON.parse(text) as { id: number; result: number })
  assert.equal(
    answers.map(({ id }) => id).sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, n) => n + 1),
  )
  assert.is(Math.max(...answers.map(({ result }) => result)), 3)
})

test('jsonrpc-2.0: a peer that outruns the server is closed with 4429, one that sends too much at once with 1009', async () => {
  const { socket } = await dial({ options: { maxConcurrentCalls: 1 } })
  const closed = once(socket, 'close')
  for (let id = 1; id <= 1100; id++) socket.send(call(id, 'Plain.forever'))
  assert.is((await closed)[0], 4429)
  const other = await dial({ options: { maxBytes: 100 } })
  const ended = once(other.socket, 'close')
  other.socket.send(call(1, 'Plain.add', ['x'.repeat(100)]))
  assert.is((await ended)[0], 1009)
  assert.is((await other.ask('Plain', 'add', [1, 2]))['result'], 3)
})

test('a sub-protocol has one owner and a name clients can ask for', () => {
  const protocols = createSubProtocols()
  protocols.register('a.b-1', () => {})
  assert.equal(protocols.names, ['a.b-1'])
  assert.throws(() => protocols.register('a.b-1', () => {}), 'registered twice')
  assert.throws(() => protocols.register('a b', () => {}), 'not a name')
  assert.is(protocols.find('other'), undefined)
})

test.run()
