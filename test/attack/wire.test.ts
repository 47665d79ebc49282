import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sendRaw } from '../transports/rest/rest-harness.ts'
import { startTarget, type Target } from './target.ts'

const test = suite<{ target: Target }>('bytes that are no honest request')
test.before(async (context) => {
  context.target = await startTarget()
})
test.after(({ target }) => target.stop())

const post = 'POST /api/Trap/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
const hidden = 'GET /api/Trap/ask?x=smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
const chunked = 'Transfer-Encoding: chunked\r\n'

const shapes: Readonly<Record<string, string>> = {
  'a length and chunks': `${post}Content-Length: 4\r\n${chunked}\r\n0\r\n\r\n${hidden}`,
  'chunks and a length': `${post}${chunked}Content-Length: 4\r\n\r\n0\r\n\r\n${hidden}`,
  'two lengths': `${post}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}${hidden}`,
  'a list of lengths': `${post}Content-Length: 2, 2\r\n\r\n{}${hidden}`,
  'a signed length': `${post}Content-Length: +2\r\n\r\n{}${hidden}`,
  'a blank before the colon': `${post}Content-Length : 2\r\n\r\n{}${hidden}`,
  'a folded header': `${post}Content-Length: 2\r\nX-A: a\r\n b\r\n\r\n{}${hidden}`,
  'an unknown transfer coding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
  'chunked that is not last': `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
  'a chunk size that is no number': `${post}${chunked}\r\nzz\r\n{}\r\n0\r\n\r\n${hidden}`,
  'a chunk size with a sign': `${post}${chunked}\r\n-2\r\n{}\r\n0\r\n\r\n${hidden}`,
  'a chunk size that overflows': `${post}${chunked}\r\n10000000000000002\r\n{}\r\n0\r\n\r\n${hidden}`,
  'bare line feeds': `${post.replaceAll('\r', '')}Content-Length: 2\n\n{}${hidden}`,
  'a zero byte in a header': `${post}X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}${hidden}`,
}

for (const [name, bytes] of Object.entries(shapes)) {
  test(`E-0: ${name} is one 400, and what follows is not a request`, async ({ target }) => {
    const text = await sendRaw(target.port, bytes)
    assert.equal(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 400'])
    assert.match(text, /\r\nConnection: close\r\n/)
    assert.not.match(text, /smuggled/)
  })
}

test('Q-7: a body nobody reads is not taken for the next request', async ({ target }) => {
  const body = 'GET /api/Trap/ask?x=smuggled HTTP/1.1\r\nHost: y\r\n\r\n'
  const text = await sendRaw(
    target.port,
    `POST /api/Trap/echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
      'GET /api/Trap/ask?x=second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  assert.equal(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 204', 'HTTP/1.1 200'])
  assert.match(text, /"second"$/)
  assert.not.match(text, /smuggled/)
})

test('Q-5: a pipelined request that fails leaves those around it alone', async ({ target }) => {
  const text = await sendRaw(
    target.port,
    'GET /nope HTTP/1.1\r\nHost: x\r\n\r\n' +
      `${post}Content-Length: 1\r\n\r\n{` +
      'GET /api/Trap/ask?x=third HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  assert.equal(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 404', 'HTTP/1.1 400', 'HTTP/1.1 200'])
  assert.match(text, /"third"$/)
})

test('E-4: the HTML page of an error escapes what the client sent', async ({ target }) => {
  const answer = await target.request('GET', '/Trap/%3Cb%3E<script>alert(1)</script>', {
    headers: { Accept: 'text/html' },
  })
  assert.is(answer.status, 404)
  assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
  assert.match(answer.body, /&lt;script&gt;/)
  assert.not.match(answer.body, /<script|<b>/)
})

test('N-10: a callback is a name and nothing else', async ({ target }) => {
  for (const [given, name] of [
    ['alert(1)//', 'alert1'],
    ['x;alert(1)', 'xalert1'],
    ['</script><script>', 'scriptscript'],
    ['a.b[0]', 'a.b[0]'],
  ] as const) {
    const path = `/Trap/ask?x=1&_format=text/javascript&callback=${encodeURIComponent(given)}`
    const answer = await target.request('GET', path)
    assert.is(answer.body, `/**/ typeof ${name} === 'function' && ${name}(1);`)
    assert.is(answer.headers['x-content-type-options'], 'nosniff')
  }
})

test.run()
