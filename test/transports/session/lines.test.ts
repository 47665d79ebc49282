import { rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import type { Transport } from 'viaduct/spi'
import { transportConformance } from '../../conformance/transport/index.ts'
import { createSnippetFolder, snippetsOf } from '../../support/snippets.ts'

const folder = createSnippetFolder()
test.after(() => rmSync(folder, { recursive: true, force: true }))

const [block] = snippetsOf('docs/writing-a-transport.md')
const text = block?.text ?? ''
const file = join(folder, 'lines.ts')
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
writeFileSync(file, text.slice(0, text.indexOf('\nconst method =')))
const { lines } = (await import(pathToFileURL(file).href)) as { lines: () => Transport } // the block exports it

/** One connection for each request: the shortest client there is. */
function ask(address: string, request: object): Promise<unknown> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', reject)
    socket.once('close', () => reject({ statusCode: 400, message: 'closed' }))
    createInterface({ input: socket }).once('line', (line) => {
      const { value, error } = JSON.parse(line) as { value?: unknown; error?: unknown } // the block's answer
      if (error === undefined) resolve(value)
      else reject(error)
      socket.destroy()
    })
    socket.write(`${JSON.stringify({ id: 1, ...request })}\n`)
  })
}

transportConformance(test, {
  name: 'the transport of docs/writing-a-transport.md',
  create: () => lines(),
  async dial(app) {
    const [address = ''] = app.addresses
    return {
      call: (method, args, { ctorArgs, metadata } = {}) =>
        ask(address, { method, args, ctorArgs, metadata }),
      close: async () => {},
    }
  },
})

test.run()
