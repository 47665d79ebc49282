import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { suite, test } from 'uvu'
import * as assert from 'uvu/assert'
import { readBody } from '../../transports/http/body.ts'
import { parseForm } from '../../transports/http/query-string.ts'
import { writeXml } from '../../transports/http/xml.ts'
import { startTarget, type Target } from './target.ts'

const megabyte = 2 ** 20

/** What a result holds on to, in MiB; garbage of the way there may be counted too. */
function heldBy(make: () => unknown): number {
  const before = process.memoryUsage().heapUsed
  const value = make()
  const held = (process.memoryUsage().heapUsed - before) / megabyte
  assert.ok(value)
  return held
}

test('Q-10, Q-3: numbers in names do not make the parser lay out lists nobody filled', () => {
  const levels = '[999]'.repeat(31)
  const body = Array.from({ length: 1000 }, (_, index) => `k${index}${levels}=1`).join('&')
  const held = heldBy(() => parseForm(body, { depth: 32, maxIndex: 1000 }))
  assert.ok(held < 60, `${held} MiB`) // 390 MiB when every level had its 1,000 places (2026-11)
  const query = Array.from({ length: 600 }, (_, index) => `${index}[999][999][999][999]=1`).join(
    '&',
  )
  assert.ok(heldBy(() => parseForm(query)) < 20)
})

test('Q-10: lists with gaps close them, long dense ones keep every item', () => {
  assert.equal(parseForm('a[0]=x&a[9]=y&a[]=z'), { a: ['x', 'y', 'z'] })
  assert.equal(parseForm('a[537]=x&a[2]=y'), { a: { 537: 'x', 2: 'y' } })
  const dense = Array.from({ length: 1000 }, (_, index) => `a[${index}][q]=${index}`).join('&')
  const { a } = parseForm(dense, { depth: 32, maxIndex: 1000 })
  assert.ok(Array.isArray(a))
  assert.is(a.length, 1000)
  assert.equal(a[999], { q: '999' })
})

test('Q-1, Q-4: a body in chunks of one byte costs little more than its bytes', async () => {
  const source = new PassThrough()
  const raw = Object.assign(source, { headers: {}, complete: true }) as unknown as IncomingMessage // what readBody reads of a request
  const before = process.memoryUsage().heapUsed
  const reading = readBody(raw, {} as ServerResponse, megabyte)
  const size = 900_000
  for (let index = 0; index < size; index++) {
    if (!source.write(Buffer.from([97 + (index % 26)]))) {
      await new Promise((resolve) => source.once('drain', resolve))
    }
  }
  const held = (process.memoryUsage().heapUsed - before) / megabyte
  source.end()
  const body = await reading
  assert.is(body.length, size)
  assert.is(body.toString('latin1', 26 * 300, 26 * 301), 'abcdefghijklmnopqrstuvwxyz')
  assert.ok(held < 40, `${held} MiB`) // 90 MiB with a buffer object per chunk (2026-11)
})

test('N-20: keys are XML names, whatever characters they have', () => {
  const keys = ['a b', '<x>', 'xml:lang', 'ª', '²', '-x', '', '1', 'a></a><b', 'é', '名']
  const text = writeXml(Object.fromEntries(keys.map((key) => [key, 1])), { root: 'r' })
  const names = [...text.matchAll(/<\/([^>]*)>/g)].map((match) => match[1])
  assert.equal(names, [
    '_1',
    'a_b',
    '_x_',
    'xml_lang',
    '_',
    '_',
    '_-x',
    '_',
    'a___a__b',
    'é',
    '名',
    'r',
  ])
})

test.run()

const hostile = suite<{ target: Target }>('hostile keys')
hostile.before(async (context) => {
  context.target = await startTarget()
})
hostile.after(({ target }) => target.stop())

hostile(
  'Q-11, D-1.2-18: a key __proto__ is refused in JSON at any depth, also in JSON inside text',
  async ({ target }) => {
    for (const json of [
      '{"__proto__":{"polluted":1}}',
      '{"info":{"a":[{"__proto__":{"polluted":1}}]}}',
      '{"info":{"\\u005f_proto__":{"polluted":1}}}',
      '{"info":{"constructor":{"prototype":{"polluted":1}}}}',
    ]) {
      for (const [verb, path] of [
        ['POST', '/Authors'],
        ['PATCH', '/Authors'],
        ['POST', '/Trap/echo'],
      ] as const) {
        assert.is((await target.call(verb, path, json)).status, 400, `${verb} ${path} ${json}`)
      }
    }
    const inText = encodeURIComponent('{"__proto__":{"polluted":1}}')
    assert.is((await target.call('GET', `/Trap/ask?x=${inText}`)).status, 400)
    assert.not('polluted' in {})
  },
)

hostile('Q-11: in names of queries and forms such a segment is dropped', async ({ target }) => {
  for (const form of ['x[__proto__][polluted]=1', '__proto__[polluted]=1', 'x[a]=1&x=__proto__']) {
    const queried = await target.call('GET', `/Trap/ask?${form}`)
    assert.ok([200, 204].includes(queried.status), form)
    const posted = await target.request('POST', '/Trap/echo', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form,
    })
    assert.ok([200, 204].includes(posted.status), form)
    assert.not.match(posted.body, /__proto__|polluted/)
  }
  assert.not('polluted' in {})
})

hostile.run()
