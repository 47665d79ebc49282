import type { App } from '../../../core/index.ts'
import type { ClientCallOptions, ConformanceClient } from '../../conformance/transport/index.ts'
import { connect, type EventConnection } from './event-reader.ts'

type Args = Readonly<Record<string, unknown>>

/** A client that calls by POST and says so when it leaves a stream ahead of its end. */
export function eventClient(app: App): ConformanceClient {
  const [base = ''] = app.addresses

  const open = async (
    name: string,
    args: Args,
    { ctorArgs, metadata, signal }: ClientCallOptions,
  ) => {
    const connection = await connect(`${base}/${encodeURIComponent(name)}`, {
      method: 'POST',
      body: JSON.stringify({ ...args, ...ctorArgs }),
      headers: { 'content-type': 'application/json', ...metadata },
      ...(signal === undefined ? {} : { signal }),
    })
    if (connection.status === 200) return connection
    const { error } = JSON.parse(await connection.text()) as { readonly error: object }
    throw { statusCode: connection.status, ...error }
  }

  async function* itemsOf(name: string, connection: EventConnection): AsyncGenerator<unknown> {
    let isOver = false
    try {
      for await (const { event, data } of connection.events) {
        isOver = event !== 'data'
        if (event === 'end') return
        if (event === 'error') throw JSON.parse(data)
        yield JSON.parse(data)
      }
      throw new Error('the stream ended without its end')
    } finally {
      connection.kill()
      if (!isOver) await leave(name, connection.lastId())
    }
  }

  const leave = async (name: string, lastId: string) => {
    const headers = { 'Last-Event-ID': lastId }
    await connect(`${base}/${encodeURIComponent(name)}`, { method: 'DELETE', headers })
  }

  return {
    async call(name, args, options = {}) {
      const connection = await open(name, args, options)
      for await (const value of itemsOf(name, connection)) return value
      return undefined
    },
    async *stream(name, args, options = {}) {
      yield* itemsOf(name, await open(name, args, options))
    },
    close: async () => {},
  }
}
