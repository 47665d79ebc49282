import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ensureChromium } from '../../scripts/chromium.ts'
import { exchange } from '../support/http-exchange.ts'
import { runProcess } from '../support/process.ts'
import { repository } from '../support/snippets.ts'
import { type ServerProcess, startServer } from './server-process.ts'

/*
 * One server and one browser live through the file. Pages are opened per test; what a page complains about fails its test.
 */

const node = ['--conditions=viaduct-source', '--import', 'tsx']
const ready = /^the live atlas is ready: open (http:\S+)\/$/m
/** Milliseconds a start of the server may take, and anything on a page; ten times what two idle cores need. */
const startLimitMs = 30_000
const pageLimitMs = 15_000

let server: ServerProcess | undefined
let origin = ''

async function startLive(port = '0'): Promise<void> {
  server = startServer([...node, 'examples/live/server.ts'], {
    cwd: repository,
    env: { PORT: port },
  })
  origin = (await server.waitFor(ready, startLimitMs))[1] ?? ''
}

// what fails out here ends the file with an error; in a hook it would end it with nothing run
const browser = await chromium.launch({
  executablePath: await ensureChromium(),
  // root may not use the sandbox
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
await startLive()

test.after(async () => {
  await browser.close()
  await server?.end('SIGKILL')
})

/** A page, and what it complained about. */
interface Opened {
  readonly page: Page
  readonly complaints: string[]
  /** WebSockets the page has opened. */
  readonly sockets: () => number
}

async function open(): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } })
  page.setDefaultTimeout(pageLimitMs)
  const complaints: string[] = []
  let sockets = 0
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`))
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== origin)
      complaints.push(`${request.url()} is not from here`)
  })
  page.on('websocket', () => sockets++)
  await page.addInitScript({
    content: `globalThis.violations = []
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        violations.push(violatedDirective + ' ' + blockedURI))`,
  })
  await page.goto(`${origin}/`)
  return { page, complaints, sockets: () => sockets }
}

/** Opens the page, runs the work and expects no complaint and no violation of the policy. */
async function withPage(work: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await open()
  try {
    await work(opened)
    assert.equal(await opened.page.evaluate('violations'), [])
    assert.equal(opened.complaints, [])
  } catch (error) {
    throw new Error(`${error}\nthe page complained: ${opened.complaints.join('\n') || 'no'}`)
  } finally {
    await opened.page.close()
  }
}

async function send(method: string, path: string, body?: object): Promise<unknown> {
  const text = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { 'Content-Type': 'application/json' }
  const answer = await exchange(origin, {
    method,
    path: encodeURI(`/api${path}`),
    headers,
    ...text,
  })
  assert.is(answer.status, 200, `${method} ${path}: ${answer.text.slice(0, 300)}`)
  return JSON.parse(answer.text)
}

const waitForText = (page: Page, selector: string, text: RegExp): Promise<void> =>
  page.locator(selector, { hasText: text }).first().waitFor()

const place = (page: Page, name: string) => page.locator('#places li', { hasText: name })

/** Kinds of the states the page has noted, in order. */
const statesOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`[...document.querySelectorAll('#states li')].map(({ dataset }) => dataset.state)`)

const peopleOfTheWorld = async (): Promise<number> => {
  const regions = (await send('GET', '/Countries/populationByRegion')) as {
    readonly population: number
  }[] // the method's own result
  return regions.reduce((sum, { population }) => sum + population, 0)
}

test('the committed client is what the generator makes of the application', async () => {
  const { code, stdout, stderr } = await runProcess(
    process.execPath,
    [...node, 'clients/cli/main.ts', 'generate', 'client', '--from', 'examples/live/app.ts'],
    { cwd: repository },
  )
  assert.is(code, 0, stderr)
  assert.is(stdout, readFileSync(join(repository, 'examples/live/api.ts'), 'utf8'))
})

test('the page comes with a policy that lets nothing foreign and nothing inline run', async () => {
  for (const path of ['/', '/page.js', '/page.css']) {
    const { status, headers } = await exchange(origin, { method: 'GET', path })
    assert.is(status, 200, path)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self'(;|$)/)
    assert.not.match(policy, /unsafe|\*|http/)
  }
  const { page } = await open()
  await waitForText(page, '#banner', /^Connected/)
  await page.evaluate(`{
    const script = document.createElement('script')
    script.textContent = 'globalThis.hasRun = true'
    document.body.append(script)
  }`)
  assert.is(await page.evaluate('globalThis.hasRun'), undefined)
  assert.equal(await page.evaluate('violations'), ['script-src-elem inline'])
  await page.close()
})

test('typed calls over the WebSocket fill the lists', () =>
  withPage(async ({ page, sockets }) => {
    await waitForText(page, '#banner', /^Connected\.$/)
    await waitForText(page, '#countries tr', /Iceland.*Reykjavik/)
    await waitForText(page, '#region', /^[\d,]+ people$/)
    await place(page, 'Reykjavík').waitFor()
    await page.locator('#regions').selectOption('Oceania')
    await page.getByRole('button', { name: 'Places of Fiji' }).click()
    await waitForText(page, '#places-title', /^Places of Fiji$/)
    await place(page, 'Suva').waitFor()
    assert.is(await place(page, 'Reykjavík').count(), 0)
    assert.is(sockets(), 1)
  }))

test('what REST creates, changes and deletes appears on the page at once', () =>
  withPage(async ({ page }) => {
    await place(page, 'Reykjavík').waitFor()
    const [row] = (await send('GET', '/Cities?filter={"where":{"name":"Akureyri"}}')) as [
      { readonly id: number },
    ] // one row of the data set
    await send('PATCH', `/Cities/${row.id}`, { name: 'Akureyri við Eyjafjörð' })
    await waitForText(page, '#places li[data-change=changed]', /Akureyri við Eyjafjörð/)
    const city = { id: 7_000_001, countryCode: 'IS', location: { lat: 65, lng: -18 } }
    await send('POST', '/Cities', { ...city, name: 'Nýibær' })
    await waitForText(page, '#places li[data-change=new]', /Nýibær/)
    await send('POST', '/Cities', { ...city, id: 7_000_002, countryCode: 'FJ', name: 'Elsewhere' })
    await send('DELETE', '/Cities/7000001')
    await place(page, 'Nýibær').waitFor({ state: 'detached' })
    await send('DELETE', `/Cities/${row.id}`)
    await place(page, 'Akureyri').waitFor({ state: 'detached' })
    await place(page, 'Selfoss').waitFor()
    await send('POST', '/Cities/update?where={"name":"Selfoss"}', { countryCode: 'FJ' })
    await place(page, 'Selfoss').waitFor({ state: 'detached' })
    const [untouched] = (await send('GET', '/Cities?filter={"where":{"name":"Dalvík"}}')) as [
      { readonly id: number },
    ] // one row of the data set
    await place(page, 'Dalvík').waitFor()
    await send('DELETE', `/Cities/${untouched.id}`)
    await place(page, 'Dalvík').waitFor({ state: 'detached' })
    assert.is(await place(page, 'Elsewhere').count(), 0)
  }))

test('what one tab adds, renames and removes the other shows', () =>
  withPage(({ page: first }) =>
    withPage(async ({ page: second }) => {
      await Promise.all([first, second].map((page) => place(page, 'Reykjavík').waitFor()))
      await first.getByLabel('New place').fill('<b>Hvergi</b>')
      await first.getByRole('button', { name: 'Add' }).click()
      await Promise.all([first, second].map((page) => place(page, '<b>Hvergi</b>').waitFor()))
      second.once('dialog', (dialog) => void dialog.accept('Einhvers staðar'))
      await second.getByRole('button', { name: 'Rename <b>Hvergi</b>' }).click()
      await place(first, 'Einhvers staðar').waitFor()
      await first.getByRole('button', { name: 'Remove Einhvers staðar' }).click()
      await place(second, 'Einhvers staðar').waitFor({ state: 'detached' })
    }),
  ))

test('a stream goes on without a hole when the connection is dropped', () =>
  withPage(async ({ page, sockets }) => {
    await place(page, 'Reykjavík').waitFor()
    await page.getByRole('button', { name: 'Count' }).click()
    await waitForText(page, '#census[data-state=running]', /^[2-9]\d of 250/)
    await page.getByRole('button', { name: 'Drop the connection' }).click()
    await waitForText(page, '#banner', /^Connected again after \d+ ms\.$/)
    await waitForText(page, '#census[data-state=running]', /^1\d\d of 250/)
    await send('POST', '/Server/dropConnections')
    const city = { id: 7_000_003, countryCode: 'IS', location: { lat: 65, lng: -18 } }
    await send('POST', '/Cities', { ...city, name: 'Lagt meðan enginn sá' })
    await waitForText(page, '#places li[data-change=new]', /Lagt meðan enginn sá/)
    if (process.env['UPDATE_SCREENSHOT'] === '1') await takeScreenshot(page)
    await waitForText(page, '#census[data-state=done]', /^250 of 250 .* No item is missing\.$/)
    const [, people = ''] = /([\d,]+) people/.exec((await page.textContent('#census')) ?? '') ?? []
    assert.is(Number(people.replaceAll(',', '')), await peopleOfTheWorld())
    assert.equal(await statesOf(page), ['open', 'reconnecting', 'open', 'reconnecting', 'open'])
    assert.is(sockets(), 3)
  }))

test('a stream that is stopped stops, and can be started again', () =>
  withPage(async ({ page }) => {
    await page.getByRole('button', { name: 'Count' }).click()
    await waitForText(page, '#census[data-state=running]', /^\d+ of 250/)
    await page.getByRole('button', { name: 'Stop' }).click()
    await waitForText(page, '#census[data-state=stopped]', /^Stopped after \d+ of 250/)
    await page.getByRole('button', { name: 'Count' }).click()
    await waitForText(page, '#census[data-state=running]', /^\d+ of 250/)
  }))

test('the banner tells of a server that is away, and lists are read again when it is back without its memory', async () => {
  const { page } = await open()
  await place(page, 'Reykjavík').waitFor()
  await send('POST', '/Cities', {
    id: 7_000_004,
    countryCode: 'IS',
    location: { lat: 65, lng: -18 },
    name: 'Gleymt',
  })
  await place(page, 'Gleymt').waitFor()
  await server?.end('SIGKILL')
  await waitForText(page, '#banner[data-state=reconnecting]', /^The connection is lost/)
  await startLive(new URL(origin).port)
  await waitForText(page, '#banner[data-state=open]', /^Connected again/)
  await place(page, 'Gleymt').waitFor({ state: 'detached' })
  await place(page, 'Reykjavík').waitFor()
  assert.ok((await statesOf(page)).includes('gap'))
  await page.close()
})

async function takeScreenshot(page: Page): Promise<void> {
  const folder = join(repository, 'docs/images')
  mkdirSync(folder, { recursive: true })
  await page.locator('summary').click()
  await page.screenshot({ path: join(folder, 'live.png'), fullPage: true })
}

test.run()
