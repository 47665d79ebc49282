import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { closeClients, connect, eventually, resultOf } from './mcp-client.ts'

test.after.each(closeClients)

const program = join(import.meta.dirname, 'stdio-program.ts')
const args = ['--conditions=viaduct-source', '--import', 'tsx', program]

/** Starts the program as a client does; what it writes to standard error is kept. */
async function start() {
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'pipe' })
  const output = { text: '' }
  transport.stderr?.on('data', (chunk: Buffer) => {
    output.text += chunk.toString()
  })
  const client = await connect(transport)
  const errors: Error[] = []
  client.onerror = (error) => errors.push(error)
  return { client, output, errors }
}

test('tools are listed and called; what else is printed goes to standard error', async () => {
  const { client, output, errors } = await start()
  const { tools } = await client.listTools()
  assert.equal(
    tools.map(({ name }) => name),
    ['Clock_add', 'Clock_grow', 'Clock_metadata', 'Clock_tick', 'Clock_wait'],
  )
  assert.is(resultOf(await client.callTool({ name: 'Clock_add', arguments: { a: 1, b: 2 } })), 3)
  await eventually(() => output.text.includes('more of it'), 'the text at standard error')
  assert.match(output.text, /text that is no message/)
  assert.match(output.text, /no access control is installed/) // the line of the start
  assert.equal(errors, [])
})

test('a failure is a result, reserved keys are refused, there are no headers', async () => {
  const { client } = await start()
  const failed = await client.callTool({ name: 'Clock_add', arguments: { a: 'x', b: 2 } })
  assert.is((resultOf(failed) as Record<string, unknown>)['statusCode'], 400)
  const value: unknown = JSON.parse('{"a":[{"__proto__":{"admin":true}}]}')
  const refused = await client.callTool({ name: 'Clock_metadata', arguments: { value } })
  assert.is((resultOf(refused) as Record<string, unknown>)['code'], 'RESERVED_KEY')
  const seen = await client.callTool({ name: 'Clock_metadata', arguments: { value: {} } })
  assert.equal(resultOf(seen), {})
})

test('progress, cancellation and changed tools reach the client', async () => {
  const { client, output, errors } = await start()
  const progress: number[] = []
  const ticked = await client.callTool({ name: 'Clock_tick', arguments: { to: 2 } }, undefined, {
    onprogress: (one) => progress.push(one.progress),
  })
  assert.equal(progress, [1, 2])
  assert.equal(resultOf(ticked), { items: [1, 2], complete: true })
  const controller = new AbortController()
  client
    .callTool({ name: 'Clock_wait', arguments: {} }, undefined, { signal: controller.signal })
    .catch(() => undefined)
  await eventually(() => output.text.includes('waiting'), 'the method starts')
  controller.abort()
  await eventually(() => output.text.includes('aborted'), 'the signal aborts')
  let heard = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard++
  })
  await client.listTools()
  await client.callTool({ name: 'Clock_grow', arguments: {} })
  await eventually(() => heard === 1, 'the notification')
  assert.equal(errors, []) // a cancelled call is not answered here
})

test('the program ends by itself when its client has gone, and its calls are aborted', async () => {
  const { client, output } = await start()
  client.callTool({ name: 'Clock_wait', arguments: {} }).catch(() => undefined)
  await eventually(() => output.text.includes('waiting'), 'the method starts')
  await client.close()
  await eventually(() => output.text.includes('stopped'), 'the program ends')
  assert.match(output.text, /aborted/)
})

test('a message without an end does not fill the memory: the client is dropped', async () => {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdin.on('error', () => undefined) // closed by the other side
  child.stdin.write('x'.repeat(50_000))
  assert.is(await code, 0)
})

test.run()
