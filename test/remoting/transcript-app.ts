import { RemoteError } from 'viaduct'
import type { ProfileName } from 'viaduct/spi'
import { request } from '../transports/rest/rest-harness.ts'
import { method, type OpenApp, openApp } from './open-app.ts'

/** One recorded exchange: a request as it is typed, the answer with CR, date, ETag and ids taken out. */
export interface Transcript {
  readonly name: string
  readonly verb: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly answer: string
}

/**
 * Reads transcripts: `# name`, the request, a line `--`, the answer, a line `==`.
 *
 *     # B-6: a list
 *     GET /api/T/list
 *     --
 *     200
 *     …
 *     ==
 */
export function readTranscripts(text: string): readonly Transcript[] {
  return text
    .split('\n==\n')
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const [asked = '', answer = ''] = block.trimStart().split('\n--\n')
      const [head = '', ...rest] = asked.split('\n\n')
      const [title = '', line = '', ...headerLines] = head.split('\n')
      const [verb = '', path = ''] = line.split(' ')
      const headers = Object.fromEntries(
        headerLines.map((header) => [
          header.slice(0, header.indexOf(':')),
          header.slice(header.indexOf(':') + 2),
        ]),
      )
      const body = rest.length === 0 ? undefined : rest.join('\n\n')
      return { name: title.replace(/^# /, ''), verb, path, headers, body, answer }
    })
}

/** Sends the request of a transcript and writes the answer down in the same form. */
export async function playTranscript(app: OpenApp, transcript: Transcript): Promise<string> {
  const { verb, path, headers, body } = transcript
  const options = body === undefined ? { headers } : { headers, body }
  const { status, lines, body: text } = await request(app, verb, path, options)
  return `${[status, ...lines].join('\n')}\n\n${text}`
    .replace(/^ETag: W\/"[^"]+"$/m, 'ETag: W/"…"')
    .replace(/"[0-9a-f]{16}"/g, '"id"')
    .replaceAll('\r', '')
}

const http = { verb: 'get' }
const root = { arg: 'r', root: true }
const returning = (value: unknown, more: object = {}) =>
  method({ http, returns: root, ...more }, () => value)
const failing = (error: unknown) => method({ http, returns: root }, () => Promise.reject(error))
const stream = { arg: 's', type: 'ReadableStream', json: true }

const results = {
  object: returning({ a: 1, none: undefined }),
  list: returning([1, 'x', null]),
  text: returning('x'),
  number: returning(5),
  null: returning(null),
  undefined: returning(undefined),
  notNumber: returning(Number.NaN),
  date: returning(new Date(0)),
  buffer: returning(Buffer.from('hi')),
  named: returning([1, 2], { returns: { arg: 'v' } }),
  created: returning({ a: 1 }, { http: { verb: 'get', status: 201 } }),
  accepted: returning(undefined, { http: { verb: 'get', status: 202 } }),
  targets: returning([202, 'body', 'value'], {
    returns: [
      { arg: 'code', http: { target: 'status' } },
      { arg: 'v' },
      { arg: 'h', http: { target: 'header', header: 'X-H' } },
    ],
  }),
  echo: method(
    { http: { verb: 'post' }, accepts: [{ arg: 'a', http: { source: 'body' } }], returns: root },
    ({ a }) => a,
  ),
  typed: method(
    { http, accepts: [{ arg: 'a', type: 'number', required: true }], returns: root },
    ({ a }) => a,
  ),
}

const failures = {
  conflict: failing(
    Object.assign(new Error('taken'), {
      statusCode: 409,
      code: 'TAKEN',
      details: { name: ['unique'] },
      hint: 'choose another',
      secret: 's',
    }),
  ),
  crash: failing(Object.assign(new Error('inside <b>'), { hint: 'later' })),
  markup: failing(new RemoteError('<script>alert(1)</script>', { statusCode: 400 })),
  several: failing([new RemoteError('one', { statusCode: 404 }), new Error('two')]),
  nothing: failing(undefined),
}

const streams = {
  items: method({ http, returns: stream }, async function* () {
    yield { n: 1 }
    yield 'two'
  }),
  breaks: method({ http, returns: stream }, async function* () {
    yield { n: 1 }
    throw new RemoteError('broken', { statusCode: 409, reason: 'CONFLICT' })
  }),
  crashes: method({ http, returns: stream }, async function* () {
    yield { n: 1 }
    throw new Error('inside')
  }),
  refused: method({ http, returns: stream }, () =>
    Promise.reject(new RemoteError('no', { statusCode: 403 })),
  ),
  file: method(
    {
      http,
      returns: [
        { arg: 'f', type: 'file', root: true },
        { arg: 't', http: { target: 'header', header: 'Content-Type' } },
      ],
    },
    () => ['a,b', 'text/csv'],
  ),
  bytes: method({ http, returns: { arg: 'f', type: 'file', root: true } }, () => Buffer.from('hi')),
}

/** The application the transcripts were written down from. */
export function openTranscriptApp(profile: ProfileName): Promise<OpenApp> {
  return openApp({
    profile,
    methods: { T: results, Fails: failures, Streams: streams },
    remoting: {
      errorHandler: { log: false, safeFields: ['hint'] },
      json: { limit: '1kb' },
      urlencoded: { limit: '1kb' },
      rest: { xml: true },
      streams: { closeAfterEnd: 5, lingerAfterEnd: 5 },
    },
  })
}
