import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runnableSnippetsOf, snippetsOf, transcriptFromText } from './snippets.ts'

test('reads curl commands as requests and what they print', () => {
  const text = [
    '$ npm start',
    'listening',
    `$ curl localhost:3000/api/Books --json '{"title":"x y"}'`,
    '{"id":1}',
    `$ curl -g 'localhost:3000/api/Books?filter={"limit":1}'`,
    '[]',
    `$ curl -X DELETE -H 'x-tenant: a' http://localhost:3000/api/Books/1`,
    '',
  ].join('\n')
  assert.equal(transcriptFromText(text), [
    {
      method: 'POST',
      path: '/api/Books',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"x y"}',
      expected: '{"id":1}',
    },
    { method: 'GET', path: '/api/Books?filter={%22limit%22:1}', headers: {}, expected: '[]' },
    { method: 'DELETE', path: '/api/Books/1', headers: { 'x-tenant': 'a' }, expected: '' },
  ])
})

test('the README has one runnable block, of at most 30 lines, with a transcript', () => {
  const runnable = runnableSnippetsOf('README.md')
  assert.is(runnable.length, 1)
  assert.ok((runnable[0]?.snippet.text.trimEnd().split('\n').length ?? 99) <= 30)
  assert.ok((runnable[0]?.transcript.length ?? 0) >= 3)
})

test('finds the line of every block', () => {
  for (const { line, document, text } of snippetsOf('README.md')) {
    assert.ok(line > 0 && text.length > 0, `${document}:${line}`)
  }
})

test.run()
