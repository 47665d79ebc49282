import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { App } from '../../../core/index.ts'

const open = new Set<Client>()

/** Closes what a failed test left open. */
export async function closeClients(): Promise<void> {
  for (const client of open) await client.close()
  open.clear()
}

/** Connects a client over any transport of the SDK. */
export async function connect(transport: object): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport as Transport) // the SDK's classes, declared less exactly than we compile
  open.add(client)
  return client
}

/** The address of the transport of a started application. */
export function addressOf(app: Pick<App, 'addresses'>): URL {
  const address = app.addresses.find((each) => each.endsWith('/mcp'))
  if (address === undefined) throw new Error('nothing answers at /mcp')
  return new URL(address)
}

/** Connects over streamable HTTP. */
export function connectHttp(
  app: Pick<App, 'addresses'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Client> {
  return connect(
    new StreamableHTTPClientTransport(addressOf(app), { requestInit: { headers: { ...headers } } }),
  )
}

/** The JSON a result carries; `undefined` for none. */
export function resultOf(result: object): unknown {
  const { content } = result as CallToolResult
  const [first] = content
  return first?.type === 'text' ? JSON.parse(first.text) : undefined
}

/** Waits until a condition holds, at most two seconds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = Date.now() + 2000
  while (!condition()) {
    if (Date.now() > until) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
