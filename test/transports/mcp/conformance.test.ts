import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpError } from '@modelcontextprotocol/sdk/types.js'
import { test } from 'uvu'
import type { App } from '../../../core/index.ts'
import { mcp } from '../../../transports/mcp/index.ts'
import {
  type ClientCallOptions,
  type ConformanceClient,
  transportConformance,
} from '../../conformance/transport/index.ts'
import { connectHttp, resultOf } from './mcp-client.ts'

type Args = Readonly<Record<string, unknown>>
type Client = Awaited<ReturnType<typeof connectHttp>>

/** Calls a tool by the full name of its method; failures are those of the method, or 404 for an unknown tool. */
async function call(
  client: Client,
  fullName: string,
  args: Args,
  { ctorArgs, signal }: ClientCallOptions = {},
  onItem?: (text: string) => void,
): Promise<unknown> {
  const params = { name: fullName.replaceAll('.', '_'), arguments: { ...args, ...ctorArgs } }
  const options = {
    ...(signal === undefined ? {} : { signal }),
    ...(onItem === undefined
      ? {}
      : { onprogress: ({ message }: { message?: string | undefined }) => onItem(message ?? '') }),
  }
  const result = await client.callTool(params, undefined, options).catch((error: unknown) => {
    throw failureOf(error)
  })
  if (result.isError === true) throw resultOf(result)
  return resultOf(result)
}

/** What the protocol refuses: unknown tools, and requests that are no messages, with the status of HTTP. */
function failureOf(error: unknown): unknown {
  if (error instanceof StreamableHTTPError) return { statusCode: error.code }
  return error instanceof McpError && error.code === -32602 ? { statusCode: 404 } : error
}

/** Items as they arrive as progress; the error, if there is one, after them. */
async function* stream(client: Client, fullName: string, args: Args): AsyncGenerator<unknown> {
  const leave = new AbortController()
  const texts: string[] = []
  let wake: () => void = () => {}
  let outcome: { readonly error?: unknown } | undefined
  const finish = (end: { readonly error?: unknown }): void => {
    outcome = end
    wake()
  }
  call(client, fullName, args, { signal: leave.signal }, (text) => {
    texts.push(text)
    wake()
  }).then(
    () => finish({}),
    (error) => finish({ error }),
  )
  try {
    for (;;) {
      while (texts.length > 0) yield JSON.parse(texts.shift() ?? '')
      if (outcome !== undefined) {
        if ('error' in outcome) throw outcome.error
        return
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    leave.abort()
  }
}

/** A connection for one call: for headers of its own, and to leave by closing it. */
async function callAlone(
  app: Pick<App, 'addresses'>,
  { metadata, signal }: ClientCallOptions,
  run: (client: Client) => Promise<unknown>,
): Promise<unknown> {
  const client = await connectHttp(app, metadata)
  const close = () => void client.close()
  signal?.addEventListener('abort', close)
  try {
    return await run(client)
  } finally {
    signal?.removeEventListener('abort', close)
    await client.close()
  }
}

async function dial(app: Pick<App, 'addresses'>): Promise<ConformanceClient> {
  const client = await connectHttp(app)
  return {
    call(fullName, args, options = {}) {
      const pending =
        options.metadata === undefined
          ? call(client, fullName, args, options)
          : callAlone(app, options, (own) => call(own, fullName, args, options))
      pending.catch(() => undefined) // a case may leave it behind when its client closes
      return pending
    },
    stream: (fullName, args) => stream(client, fullName, args),
    close: () => client.close(),
  }
}

const options = { tools: ['**'], maxItems: 10_000, maxStreamLength: 4_194_304 }

transportConformance((title, run) => test(title, run), {
  name: 'mcp',
  profiles: ['strict'],
  create: () => mcp(options),
  dial,
})

test.run()
