import { connect, createServer, type Server, type Socket } from 'node:net'

/** What the proxy does to a connection. */
export type Fault = 'reset' | 'truncate' | 'half-open' | 'delay'

/** A TCP proxy that hurts connections. */
export interface FaultyProxy {
  readonly port: number
  /** Faults that ended a connection so far. */
  readonly disconnects: number
  /** Hurts the connection that is open now; `false` when there is none. */
  hurt(fault: Fault): boolean
  close(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  isSilent: boolean
  truncates: boolean
  delayMs: number
}

/** Opens a proxy ahead of a port of this machine. */
export async function openFaultyProxy(target: number): Promise<FaultyProxy> {
  const pairs = new Set<Pair>()
  let disconnects = 0
  const server: Server = createServer((client) => {
    const pair: Pair = {
      client,
      server: connect(target, '127.0.0.1'),
      isSilent: false,
      truncates: false,
      delayMs: 0,
    }
    pairs.add(pair)
    forward(pair, client, pair.server)
    forward(pair, pair.server, client)
  })

  function forward(pair: Pair, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      if (pair.isSilent) return
      // bytes that wait stay ahead of those that come later, whatever happens to the connection meanwhile
      if (pair.delayMs === 0) pass(pair, chunk, to)
      else setTimeout(() => pass(pair, chunk, to), pair.delayMs)
    })
    from.on('error', () => end(pair))
    from.on('close', () => end(pair))
  }

  function pass(pair: Pair, chunk: Buffer, to: Socket): void {
    if (!pairs.has(pair)) return
    if (!pair.truncates) to.write(chunk)
    else to.end(chunk.subarray(0, Math.floor(chunk.length * Math.random())), () => end(pair))
  }

  function end(pair: Pair): void {
    pairs.delete(pair)
    pair.client.destroy()
    pair.server.destroy()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get disconnects() {
      return disconnects
    },
    hurt(fault) {
      const pair = [...pairs].at(-1)
      if (pair === undefined || pair.isSilent || pair.truncates) return false
      if (fault !== 'delay') disconnects++
      if (fault === 'reset') end(pair)
      else if (fault === 'truncate') pair.truncates = true
      else if (fault === 'half-open') pair.isSilent = true
      else pair.delayMs = 3
      return true
    },
    async close() {
      for (const pair of pairs) end(pair)
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
