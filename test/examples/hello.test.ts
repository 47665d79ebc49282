import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { exchange } from '../support/http-exchange.ts'
import { repository, runnableSnippetsOf } from '../support/snippets.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'viaduct-hello-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the example with an empty working folder; its rows live below that. */
async function startHello(): Promise<{ readonly server: ServerProcess; readonly origin: string }> {
  const server = startServer(
    [
      '--conditions=viaduct-source',
      '--import',
      import.meta.resolve('tsx'),
      join(repository, 'examples/hello/server.ts'),
    ],
    { cwd: folder, env: { PORT: '0' } },
  )
  const [, address = ''] = await server.waitFor(/classes at (http:[^;\s]+)/, 30_000)
  return { server, origin: new URL(address).origin }
}

test('answers what the README prints, and after a restart still knows its rows', async () => {
  const transcript = runnableSnippetsOf('README.md')[0]?.transcript ?? []
  assert.ok(transcript.length > 2)
  const first = await startHello()
  for (const step of transcript) {
    const { text } = await exchange(first.origin, step)
    assert.is(text, step.expected, `${step.method} ${step.path}`)
  }
  assert.ok(existsSync(join(folder, 'data/books.jsonl')))
  await first.server.end('SIGKILL')

  const second = await startHello()
  const reads = transcript.filter(({ method }) => method === 'GET')
  assert.ok(reads.length > 0)
  for (const step of reads) {
    assert.is((await exchange(second.origin, step)).text, step.expected, step.path)
  }
  await second.server.end('SIGTERM')
})

test('refuses a limit above its schema', async () => {
  const { server, origin } = await startHello()
  const { status, text } = await exchange(origin, {
    method: 'GET',
    path: '/api/Books/longest?limit=101',
  })
  assert.is(status, 400)
  assert.match(text, /"arg":"limit"/)
  await server.end('SIGTERM')
})

test.run()
