import { Writable } from 'node:stream'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createProtocolServer, type ServerEnvironment } from './protocol-server.ts'

/** The one client at the standard streams of the process. */
export class StandardStreams {
  /** Resolves when the client has closed its end. */
  readonly ended: Promise<void>
  readonly #server: ReturnType<typeof createProtocolServer>
  readonly #maxBufferSize: number
  readonly #output = process.stdout.write
  #end: () => void = () => undefined

  /** From here on standard output belongs to the protocol: what others write goes to standard error. */
  constructor(environment: ServerEnvironment) {
    this.#server = createProtocolServer(environment, { listChanged: true })
    this.#maxBufferSize = environment.limits.maxBodyBytes
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    process.stdout.write = process.stderr.write.bind(process.stderr)
  }

  /** Begins to read. */
  async open(): Promise<void> {
    const write = this.#output.bind(process.stdout)
    const output = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => void write(chunk, done),
    })
    const close = (): void => void this.#server.close()
    output.on('error', close)
    process.stdout.on('error', close) // the client no longer reads
    process.stdin.once('end', close)
    this.#server.onclose = this.#end
    const options = { maxBufferSize: this.#maxBufferSize }
    await this.#server.connect(new StdioServerTransport(process.stdin, output, options))
  }

  /** Tells the client that the tools changed. */
  announceTools(): void {
    this.#server.sendToolListChanged().catch(() => undefined) // the client has just gone
  }

  /** Aborts the client's calls and gives standard output back. */
  async close(): Promise<void> {
    await this.#server.close()
    process.stdin.unref?.()
    process.stdout.write = this.#output
  }
}
