import { EventEmitter, once } from 'node:events'
import { existsSync, type ReadStream } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import type { UploadedFile } from '../../../transports/rest/index.ts'
import { openSocket, type Setup, startServer, stopAll, ways } from './rest-harness.ts'

test.after.each(stopAll)

/** `called` with the folder of the stored file, `failed` with what a reader got. */
const events = new EventEmitter()

interface Pair {
  readonly a: UploadedFile
  readonly b: UploadedFile
}

/** Where the first of two files waits; the second one arrives. */
const folderOf = ({ a }: Pair): string => dirname(String((a.stream as ReadStream).path))

async function readAll(file: UploadedFile): Promise<void> {
  try {
    for await (const _ of file.stream);
    events.emit('failed', 'read to the end')
  } catch (error) {
    events.emit('failed', error)
  }
}

const accepts = [
  { arg: 'a', type: 'file' },
  { arg: 'b', type: 'file' },
]
const http = { verb: 'post' }
const classes: Setup['classes'] = {
  U: {
    methods: {
      never: {
        accepts,
        http,
        run: (pair: Pair) => {
          events.emit('called', folderOf(pair))
          return new Promise(() => {})
        },
      },
      reads: {
        accepts,
        http,
        run: async (pair: Pair) => {
          events.emit('called', folderOf(pair))
          await readAll(pair.b)
        },
      },
      readsLate: {
        accepts,
        http,
        run: async (pair: Pair) => {
          events.emit('called', folderOf(pair))
          await once(events, 'removed')
          await readAll(pair.a)
        },
      },
    },
  },
}

function part(name: string, text: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${text}`
}

/** The second file stays open: its client leaves while it sends. */
function unfinished(method: string): string {
  const body = `${part('a', 'stored')}\r\n${part('b', 'arriving')}`
  return [
    `POST /api/U/${method} HTTP/1.1`,
    'Host: x',
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Length: 100000',
    '',
    body,
  ].join('\r\n')
}

async function gone(folder: string): Promise<void> {
  for (let i = 0; i < 400 && existsSync(folder); i++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  assert.not.ok(existsSync(folder), folder)
}

for (const way of ways) {
  for (const profile of ['strict', 'loopback3'] as const) {
    const started = () =>
      startServer({
        classes,
        profile,
        options: { ...way.options, errorHandler: { log: false } },
      })
    const upload = async (method: string) => {
      const server = await started()
      const socket = await openSocket(server.port)
      const called = once(events, 'called')
      socket.write(unfinished(method))
      const [folder] = (await called) as [string]
      assert.ok(existsSync(folder))
      return { folder, socket, server }
    }

    test(`UP-1, I-13: ${way.name}, ${profile}: the folder of an upload goes with its client, though the method never settles`, async () => {
      const { folder, socket, server } = await upload('never')
      socket.destroy()
      await gone(folder)
      assert.equal(server.logged, [])
    })

    test(`UP-1: ${way.name}, ${profile}: who reads a file when its client leaves gets an error that says so`, async () => {
      const { folder, socket } = await upload('reads')
      const failed = once(events, 'failed')
      socket.destroy()
      const [error] = (await failed) as [unknown]
      assert.instance(error, RemoteError)
      assert.match(String(error), 'the connection of the client ended')
      await gone(folder)
    })

    test(`UP-1: ${way.name}, ${profile}: who reads a stored file after its client left gets the same error`, async () => {
      const { folder, socket } = await upload('readsLate')
      const failed = once(events, 'failed')
      socket.destroy()
      await gone(folder)
      events.emit('removed')
      const [error] = (await failed) as [unknown]
      assert.instance(error, RemoteError)
      assert.match(String(error), 'the connection of the client ended')
    })
  }
}

test.run()
