import { type IncomingHttpHeaders, request } from 'node:http'

/** One request as it goes on the wire: nothing is added but a Content-Length. */
export interface RawRequest {
  readonly method: string
  /** Path and query, already encoded. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back; `status` 0 means no answer (the reason is the text). */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A socket may fail while the answer is still on its way (413 to a body not yet read): the answer wins. */
const lateAnswerMs = 50

/** Sends one request over a connection of its own and reads the whole answer. Never rejects. */
export function exchange(origin: string, raw: RawRequest, limitMs = 10_000): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const headers: Record<string, string> = { ...raw.headers }
  if (raw.body !== undefined) headers['Content-Length'] = String(Buffer.byteLength(raw.body))
  return new Promise((resolve) => {
    const lost = (text: string): void => resolve({ status: 0, headers: {}, text })
    const outgoing = request(
      { hostname, port, method: raw.method, path: raw.path, headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = []
        const finish = (): void => {
          clearTimeout(timer)
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
          outgoing.destroy()
        }
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.once('end', finish).once('error', finish)
      },
    )
    const timer = setTimeout(() => {
      lost('no answer in time')
      outgoing.destroy()
    }, limitMs)
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      setTimeout(() => {
        clearTimeout(timer)
        lost(`no answer: ${error.code ?? error.message}`)
      }, lateAnswerMs)
    })
    outgoing.end(raw.body)
  })
}
