import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readAtlas } from '../../examples/atlas/data-set.ts'
import { exchange, type RawAnswer, type RawRequest } from '../support/http-exchange.ts'
import { runProcess } from '../support/process.ts'
import { repository } from '../support/snippets.ts'
import { type ServerProcess, startServer } from './server-process.ts'

/*
 * One atlas lives through the whole file: it is killed while it loads, loads on the second start, answers, is stopped
 * and started a third time.
 */

const folder = mkdtempSync(join(tmpdir(), 'viaduct-atlas-'))
const file = join(folder, 'atlas.journal')
const ready = /^the atlas is ready: open (http:\S+)\/$/m
/** Milliseconds a load may take; ten times what two idle cores need. */
const loadLimitMs = 60_000
/** Milliseconds a start with rows may take; ten times what two idle cores need. */
const restartLimitMs = 20_000

const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  readonly scripts: { readonly start: string }
} // our own file

let atlas: ServerProcess | undefined
let origin = ''

test.after(async () => {
  await atlas?.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Starts what `npm start` starts. */
function startAtlas(): ServerProcess {
  const [program, ...rest] = scripts.start.split(' ')
  assert.is(program, 'node')
  atlas = startServer(rest, { cwd: repository, env: { PORT: '0', ATLAS_FILE: file } })
  return atlas
}

async function startAndWait(limitMs: number): Promise<ServerProcess> {
  const started = startAtlas()
  origin = (await started.waitFor(ready, limitMs))[1] ?? ''
  return started
}

function ask(path: string, request: Partial<RawRequest> = {}): Promise<RawAnswer> {
  return exchange(origin, { method: 'GET', path: encodeURI(path), ...request })
}

async function read(path: string): Promise<unknown> {
  const { status, text } = await ask(path)
  assert.is(status, 200, `${path}: ${text.slice(0, 500)}`)
  return JSON.parse(text)
}

/** Rows of a list answer; the tests name the members they look at. */
async function rowsOf(path: string): Promise<readonly Record<string, unknown>[]> {
  const rows = await read(path)
  assert.ok(Array.isArray(rows) && rows.length > 0, `${path} answered no rows`)
  return rows as readonly Record<string, unknown>[] // checked to be a list; members are compared below
}

const filtered = (path: string, filter: object): string =>
  `${path}?filter=${JSON.stringify(filter)}`

function assertDescending(numbers: readonly number[]): void {
  assert.equal(
    numbers,
    [...numbers].sort((a, b) => b - a),
  )
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
}

test('killed while it loads, the atlas loads completely on the next start', async () => {
  const interrupted = startAtlas()
  await interrupted.waitFor(/loading the atlas .* [2-9]\d %/, loadLimitMs)
  await interrupted.end('SIGKILL')
  assert.not.match(interrupted.output(), ready)

  const { output } = await startAndWait(loadLimitMs)
  assert.match(output(), /loading the atlas .* 100 %/)
  const expected = await readAtlas()
  const paths = {
    Country: 'Countries',
    City: 'Cities',
    Border: 'Borders',
    Language: 'Languages',
    SpokenLanguage: 'SpokenLanguages',
    Currency: 'Currencies',
    CountryCurrency: 'CountryCurrencies',
  } as const satisfies Record<keyof typeof expected, string>
  for (const [name, rows] of Object.entries(expected)) {
    const path = paths[name as keyof typeof paths] // the same keys, by its type
    assert.equal(await read(`/api/${path}/count`), { count: rows.length }, name)
  }
})

test('every link of the start page answers with content', async () => {
  const { status, headers, text } = await ask('/')
  assert.is(status, 200)
  assert.match(headers['content-type'] ?? '', /^text\/html/)
  const { City } = await readAtlas()
  assert.ok(text.includes('250 countries'))
  assert.ok(text.includes(`${City.length.toLocaleString('en')} places`))
  const links = [...text.matchAll(/<a href="(\/[^"]*)"/g)].map(([, href]) =>
    unescapeHtml(href ?? ''),
  )
  assert.ok(links.length > 25, `${links.length} links`)
  for (const link of links) {
    const answer = await exchange(origin, { method: 'GET', path: link })
    assert.is(answer.status, 200, `${link}: ${answer.text.slice(0, 300)}`)
    assert.not.ok(['', '[]', '{}', 'null'].includes(answer.text), `${link} is empty`)
    if (!link.includes('/walk?')) assert.ok(JSON.parse(answer.text), link)
  }
})

test('every curl command of the start page works as it stands there', async () => {
  const { text } = await ask('/')
  const commands = [...text.matchAll(/<code>(curl .*?)<\/code>/gs)].flatMap(([, block]) =>
    unescapeHtml(block ?? '').split('\n'),
  )
  assert.is(commands.length, 13)
  for (const command of commands) {
    const { code, stdout, stderr } = await runProcess('sh', ['-c', `${command} -sS --fail`])
    assert.is(code, 0, `${command}\n${stderr}`)
    assert.ok(stdout.length > 0, command)
  }
})

test('nearest answers the cities around a point, nearest first', async () => {
  const cities = await rowsOf('/api/Cities/nearest?lat=48.8566&lng=2.3522&limit=5')
  assert.is(cities.length, 5)
  assert.ok(cities.some(({ name }) => name === 'Paris'))
  const distances = cities.map(({ location }) => {
    const { lat, lng } = location as { lat: number; lng: number } // the shape the method returns
    return Math.hypot(lat - 48.8566, (lng - 2.3522) * Math.cos((48.8566 * Math.PI) / 180))
  })
  assertDescending(distances.map((distance) => -distance))
  assert.equal(await read('/api/Cities/nearest?lat=0&lng=-140&within=10'), [])
  assert.is((await ask('/api/Cities/nearest?lat=100&lng=2')).status, 400)
})

test('populationByRegion adds up every country, largest region first', async () => {
  const regions = await rowsOf('/api/Countries/populationByRegion')
  assert.is(regions[0]?.['region'], 'Asia')
  assert.is(
    regions.reduce((sum, { countries }) => sum + Number(countries), 0),
    250,
  )
  const people = regions.map(({ population }) => Number(population))
  assertDescending(people)
  assert.ok(people.reduce((a, b) => a + b, 0) > 7e9)
})

test('neighbours answers the countries across the borders of one, 404 for a country there is none of', async () => {
  const names = (await rowsOf('/api/Countries/CH/neighbours')).map(({ name }) => name)
  assert.equal(names, ['Austria', 'France', 'Germany', 'Italy', 'Liechtenstein'])
  assert.equal(await read('/api/Countries/IS/neighbours'), [])
  const { status, text } = await ask('/api/Countries/XX/neighbours')
  assert.is(status, 404)
  assert.match(text, /"code":"MODEL_NOT_FOUND"/)
})

test('speakers answers where a language is spoken, most people first', async () => {
  const speakers = await rowsOf('/api/Languages/fra/speakers')
  assert.ok(speakers.length > 30)
  for (const code of ['FR', 'BE', 'CH', 'CA', 'SN']) {
    assert.ok(
      speakers.some((country) => country['code'] === code),
      code,
    )
  }
  assertDescending(speakers.map(({ population }) => Number(population)))
})

test('walk streams the cities of a country as server-sent events and as lines of JSON', async () => {
  const { count } = (await read('/api/Cities/count?where={"countryCode":"LI"}')) as {
    count: number
  } // LoopBack's answer to count
  const events = await ask('/api/Cities/walk?country=LI')
  assert.match(events.headers['content-type'] ?? '', /^text\/event-stream/)
  const sent = [...events.text.matchAll(/^event: data\ndata: (.*)$/gm)].map(([, data]) => data)
  assert.is(sent.length, count)

  const lines = await ask('/api/Cities/walk?country=LI', {
    headers: { Accept: 'application/x-ndjson' },
  })
  assert.match(lines.headers['content-type'] ?? '', /^application\/x-ndjson/)
  assert.equal(lines.text.trimEnd().split('\n'), sent)
  assert.ok(lines.text.includes('"name":"Vaduz"'))
  assert.is((await ask('/api/Cities/walk?country=XX')).status, 404)
})

test('filters include related rows, level below level, and narrow them', async () => {
  const [iceland] = await rowsOf(
    filtered('/api/Countries', {
      where: { code: 'IS' },
      fields: ['code', 'name'],
      include: [
        { relation: 'cities', scope: { limit: 2, order: 'name', fields: ['name', 'countryCode'] } },
        { relation: 'languages', scope: { include: 'language' } },
      ],
    }),
  )
  assert.is(iceland?.['name'], 'Iceland')
  assert.is(iceland?.['population'], undefined)
  const { cities, languages } = iceland as {
    cities: unknown[]
    languages: { language: { name: string } }[]
  } // as asked for above
  assert.is(cities.length, 2)
  assert.equal(
    languages.map(({ language }) => language.name),
    ['Icelandic'],
  )

  const spanish = await rowsOf(
    filtered('/api/Countries', {
      where: { languages: { some: { languageCode: 'spa' } }, population: { gt: 40_000_000 } },
      order: 'population DESC',
      fields: ['name'],
    }),
  )
  assert.is(spanish[0]?.['name'], 'Mexico')
})

test('a row is created, read, changed, replaced and deleted', async () => {
  const headers = { 'Content-Type': 'application/json' }
  const send = (method: string, path: string, data: object): Promise<RawAnswer> =>
    ask(path, { method, headers, body: JSON.stringify(data) })
  const created = await send('POST', '/api/Languages', { code: 'qya', name: 'Quenya' })
  assert.equal([created.status, created.text], [200, '{"code":"qya","name":"Quenya"}'])
  assert.is((await send('POST', '/api/Languages', { code: 'qya', name: 'again' })).status, 409)
  assert.is((await send('POST', '/api/Languages', { code: 'q', name: 'short' })).status, 422)
  const patched = await send('PATCH', '/api/Languages/qya', { name: 'High Elvish' })
  assert.equal(JSON.parse(patched.text), { code: 'qya', name: 'High Elvish' })
  await send('PUT', '/api/Languages/qya', { code: 'qya', name: 'Quenya, again' })
  assert.equal(await read('/api/Languages/qya'), { code: 'qya', name: 'Quenya, again' })
  const deleted = await ask('/api/Languages/qya', { method: 'DELETE' })
  assert.equal([deleted.status, deleted.text], [200, '{"count":1}'])
  assert.is((await ask('/api/Languages/qya')).status, 404)
  await send('POST', '/api/Languages', { code: 'sjn', name: 'Sindarin' })
})

test('stopped with SIGTERM and started again, the atlas finds its rows without loading them', async () => {
  assert.is(await atlas?.end('SIGTERM'), 0)
  const { output } = await startAndWait(restartLimitMs)
  assert.not.match(output(), /loading/)
  assert.equal(await read('/api/Languages/sjn'), { code: 'sjn', name: 'Sindarin' })
  const { City } = await readAtlas()
  assert.equal(await read('/api/Cities/count'), { count: City.length })
  assert.is(await atlas?.end('SIGTERM'), 0)
})

test.run()
