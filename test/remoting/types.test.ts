import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel } from 'viaduct'
import type { ProfileName } from 'viaduct/spi'
import { call, request } from '../transports/rest/rest-harness.ts'
import { type ConversionCase, readCases, refused } from './conversion-table.ts'
import { method, type OpenApp, openApp, rejectionOf, StatusClient, stopAll } from './open-app.ts'

process.env['TZ'] = 'UTC'
test.after.each(stopAll)

const notCalled = Symbol('not called')
const quiet = { errorHandler: { log: false } }
let received: unknown = notCalled

/** One method per type for one source; `verb` and `path` say where it answers. */
function echoes(types: readonly string[], source: string, verb: string, tail = '') {
  const entries = types.map((type) => {
    const [name = '', allowArray] = type.split('+')
    const declared = name.startsWith('[') ? [name.slice(1, -1)] : name
    const argument = {
      arg: 'a',
      type: declared,
      http: { source },
      ...(allowArray === undefined ? {} : { allowArray: true }),
    }
    const http = { verb, path: `/${pathOf(type)}${tail}` }
    return [
      pathOf(type),
      method({ accepts: [argument], http }, ({ a }) => {
        received = a
      }),
    ] as const
  })
  return Object.fromEntries(entries)
}

const pathOf = (type: string) => type.replace('[', 'list-').replace(']', '').replace('+', '-')

const openEchoes = (profile: ProfileName, types: readonly string[]): Promise<OpenApp> =>
  openApp(
    {
      profile,
      remoting: quiet,
      methods: {
        Query: echoes(types, 'query', 'get'),
        Path: echoes(types, 'path', 'get', '/:a'),
        Header: echoes(types, 'header', 'get'),
        Form: echoes(types, 'form', 'post'),
        Body: echoes(types, 'body', 'post'),
      },
    },
    (app) => app.defineType('custom', (data) => data),
  )

type Send = (client: StatusClient, one: ConversionCase) => Promise<number> | undefined

/** `a=1&a=2`, `a[]=1`, `a[k]=1`, `a=`; members of an object alone when there is no name. */
function formText(name: string, value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) {
    const repeated = value.length === 1 ? `${name}[]` : name
    return value.map((item) => formText(repeated, item)).join('&')
  }
  if (typeof value === 'object' && value !== null) {
    const nested = (key: string) => (name === '' ? key : `${name}[${key}]`)
    return Object.entries(value)
      .map(([key, member]) => formText(nested(key), member))
      .join('&')
  }
  return `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const json = { 'Content-Type': 'application/json' }
const isPlainText = (input: unknown): input is string => typeof input === 'string' && input !== ''

/** How text reaches a method; `undefined` where a channel can not carry the input. */
const sloppyChannels: Readonly<Record<string, Send>> = {
  query: (client, { type, input }) =>
    client.send('GET', `/api/Query/${pathOf(type)}?${formText('a', input)}`),
  path: (client, { type, input }) =>
    isPlainText(input)
      ? client.send('GET', `/api/Path/${pathOf(type)}/${encodeURIComponent(input)}`)
      : undefined,
  header: (client, { type, input }) =>
    isPlainText(input) && input === input.trim()
      ? client.send('GET', `/api/Header/${pathOf(type)}`, { a: input })
      : undefined,
  'urlencoded form': (client, { type, input }) =>
    client.send('POST', `/api/Form/${pathOf(type)}`, form, formText('a', input)),
  'urlencoded body': (client, { type, input }) =>
    typeof input === 'object' && input !== null && !Array.isArray(input)
      ? client.send('POST', `/api/Body/${pathOf(type)}`, form, formText('', input))
      : undefined,
}

const typedChannels: Readonly<Record<string, Send>> = {
  'JSON form': (client, { type, input }) =>
    client.send('POST', `/api/Form/${pathOf(type)}`, json, JSON.stringify({ a: input })),
  'JSON body': (client, { type, input }) =>
    input === undefined
      ? undefined
      : client.send('POST', `/api/Body/${pathOf(type)}`, json, JSON.stringify(input)),
}

/** The value the method received, or `refused`. */
async function outcome(sent: Promise<number>, place: string): Promise<unknown> {
  received = notCalled
  const status = await sent
  if (received === notCalled) {
    assert.is(status, 400, place)
    return refused
  }
  assert.is(status, 204, place)
  return received
}

async function checkChannel(
  client: StatusClient,
  cases: readonly ConversionCase[],
  send: Send,
): Promise<number> {
  let count = 0
  for (const one of cases) {
    const place = `${one.id}/${one.type} ${JSON.stringify(one.input)}`
    const sent = send(client, one)
    if (sent === undefined) continue
    count++
    assert.equal(await outcome(sent, place), one.expected, place)
  }
  return count
}

const tables = {
  sloppy: ['sloppy-scalar', 'sloppy-array'],
  typed: ['typed-scalar', 'typed-array'],
} as const

/** Every row in strict; in loopback3 those that differ, the others are replayed from recordings. */
function casesOf(mode: keyof typeof tables, profile: ProfileName): readonly ConversionCase[] {
  const cases = tables[mode].flatMap((file) => readCases(file, profile))
  return profile === 'strict' ? cases : cases.filter((one) => one.differs)
}

for (const profile of ['strict', 'loopback3'] as const) {
  for (const [mode, channels] of [
    ['sloppy', sloppyChannels],
    ['typed', typedChannels],
  ] as const) {
    const cases = casesOf(mode, profile)
    const types = [...new Set(cases.map((one) => one.type))]
    for (const [channel, send] of Object.entries(channels)) {
      test(`T-1, ${mode === 'sloppy' ? 'CW-2, CW-4, CW-5, CW-6' : 'CW-8, CW-9'}: ${profile}: the ${mode} tables over the ${channel}`, async () => {
        const { port } = await openEchoes(profile, types)
        const client = new StatusClient(port)
        const count = await checkChannel(client, cases, send)
        client.close()
        if (profile === 'strict') assert.ok(count > 10, `${count} cases`)
      })
    }
  }

  test(`T-1, CW-8, CW-9: ${profile}: the typed tables in process`, async () => {
    const cases = casesOf('typed', profile)
    const { local } = await openEchoes(profile, [...new Set(cases.map((one) => one.type))])
    for (const { id, type, input, expected } of cases) {
      const place = `${id}/${type} ${JSON.stringify(input)}`
      received = notCalled
      const args = input === undefined ? {} : { a: input }
      const answer = local.invoke(`Form.${pathOf(type)}`, args)
      if (expected === refused) assert.is((await rejectionOf(answer))['statusCode'], 400, place)
      else await answer
      assert.equal(received, expected === refused ? notCalled : expected, place)
    }
  })
}

const openAny = () =>
  openApp({
    remoting: quiet,
    methods: {
      T: {
        any: method(
          {
            accepts: [{ arg: 'a', type: 'any', http: { source: 'query' } }],
            http: { verb: 'get' },
          },
          ({ a }) => {
            received = a
          },
        ),
        geopoint: method(
          {
            accepts: [{ arg: 'a', type: 'geopoint', http: { source: 'query' } }],
            returns: { arg: 'a', root: true },
            http: { verb: 'get' },
          },
          ({ a }) => a,
        ),
        object: method(
          {
            accepts: [{ arg: 'a', type: 'object', http: { source: 'query' } }],
            http: { verb: 'get' },
          },
          ({ a }) => {
            received = a
          },
        ),
      },
    },
  })

async function readQuery(port: number, name: string, query: string): Promise<unknown> {
  received = notCalled
  const { status } = await call({ port }, 'GET', `/api/T/${name}?${query}`)
  return received === notCalled ? status : received
}

test('CW-2: text for any becomes null, a boolean, a number that survives, or JSON; members of nested keys stay text', async () => {
  const { port } = await openAny()
  const any = (query: string) => readQuery(port, 'any', query)
  assert.is(await any('a=null'), null)
  assert.is(await any('a=TRUE'), true)
  assert.is(await any('a=-7'), -7)
  assert.is(await any('a=-.5'), -0.5)
  assert.is(await any('a=0668'), '0668')
  assert.is(await any('a=9007199254740991'), 9007199254740991)
  assert.is(await any('a=9007199254740992'), '9007199254740992')
  assert.equal(await any('a=[1,"2"]'), [1, '2'])
  assert.is(await any('a={bad}'), '{bad}')
  assert.equal(await any('a[k]=1&a[l][]=true'), { k: '1', l: ['true'] })
  assert.equal(await any('a=1&a=2'), ['1', '2'])
})

test('CW-8: a point is read from lat,lng, JSON text and nested keys, within its bounds', async () => {
  const { port } = await openAny()
  for (const query of ['a=2.5,3', 'a=[2.5,3]', 'a={"lat":2.5,"lng":3}', 'a[lat]=2.5&a[lng]=3']) {
    const answer = await call({ port }, 'GET', `/api/T/geopoint?${encodeURI(query)}`)
    assert.equal(answer.body, { lat: 2.5, lng: 3 }, query)
  }
  for (const query of ['a=null', 'a=91,0', 'a=0,181', 'a=1,2,3', 'a=1', 'a[lat]=x&a[lng]=3']) {
    assert.is((await call({ port }, 'GET', `/api/T/geopoint?${query}`)).status, 400, query)
  }
})

test('CW-9: an object is read from JSON text and nested keys without touching its members', async () => {
  const { port } = await openAny()
  const object = (query: string) => readQuery(port, 'object', query)
  assert.is(await object('a=null'), null)
  assert.equal(await object('a={"k":"1","d":"2016-05-19"}'), { k: '1', d: '2016-05-19' })
  assert.equal(await object('a[k]=1&a[l][m]=null'), { k: '1', l: { m: 'null' } })
  for (const query of ['a={bad}', 'a=[]', 'a=5', 'a=1&a=2']) {
    assert.is(await object(encodeURI(query)), 400, query)
  }
})

const types = ['any', 'boolean', 'number', 'integer', 'string', 'date', 'geopoint', 'object']

test('CX-3, I-4: required refuses null, nothing and blank text of every type, and passes empty values', async () => {
  const required = (type: string) =>
    method(
      {
        accepts: [{ arg: 'a', type, required: true, http: { source: 'form' } }],
        http: { verb: 'post' },
      },
      () => undefined,
    )
  const { port, local } = await openApp({
    remoting: quiet,
    methods: {
      Need: {
        ...Object.fromEntries(types.map((type) => [type, required(type)])),
        list: method(
          {
            accepts: [{ arg: 'a', type: ['any'], required: true, http: { source: 'form' } }],
            http: { verb: 'post' },
          },
          () => undefined,
        ),
      },
    },
  })
  const status = async (type: string, body: unknown) =>
    (await call({ port }, 'POST', `/api/Need/${type}`, body)).status
  for (const type of [...types, 'list']) {
    for (const body of [{ a: null }, {}, { a: '' }]) {
      assert.is(await status(type, body), 400, `${type} ${JSON.stringify(body)}`)
    }
    const blank = { headers: form, body: 'a=' }
    assert.is((await request({ port }, 'POST', `/api/Need/${type}`, blank)).status, 400)
    assert.is((await rejectionOf(local.invoke(`Need.${type}`, { a: null })))['statusCode'], 400)
  }
  for (const [type, a] of [
    ['any', []],
    ['any', {}],
    ['any', false],
    ['any', 0],
    ['boolean', false],
    ['number', 0],
    ['object', {}],
    ['list', []],
    ['any', 'null'],
    ['any', 'undefined'],
    ['string', 'null'],
    ['string', 'undefined'],
  ] as const) {
    assert.is(await status(type, { a }), 204, `${type} ${JSON.stringify(a)}`)
  }
})

test('TY-5: validateMembers names the member that fails', async () => {
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      Order: {
        place: method(
          {
            accepts: [
              {
                arg: 'order',
                type: { lines: [{ count: 'number' }], to: { zip: 'string' } },
                validateMembers: true,
                http: { source: 'body' },
              },
            ],
            returns: { arg: 'order', root: true },
            http: { verb: 'post' },
          },
          ({ order }) => order,
        ),
      },
    },
  })
  const good = { lines: [{ count: 1 }], to: { zip: '1' }, note: 'kept' }
  assert.equal((await call({ port }, 'POST', '/api/Order/place', good)).body, good)
  const bad = await call({ port }, 'POST', '/api/Order/place', { to: { zip: 1 } })
  assert.is(bad.status, 400)
  const { error } = bad.body as { error: { details: { path: string } } }
  assert.is(error.details.path, 'to.zip')
})

test('TY-9: an argument of a model type takes an object and nothing else', async () => {
  const Book = defineModel('Book', { properties: { title: 'string' } })
  const { port } = await openApp({
    remoting: quiet,
    models: { Book },
    modelConfig: { Book: { dataSource: null } },
    methods: {
      Shelf: {
        put: method(
          {
            accepts: [{ arg: 'book', type: 'Book', http: { source: 'body' } }],
            returns: { arg: 'book', root: true },
            http: { verb: 'post' },
          },
          ({ book }) => book,
        ),
      },
    },
  })
  const put = (body: unknown) => call({ port }, 'POST', '/api/Shelf/put', body)
  assert.equal((await put({ title: 'x' })).body, { title: 'x' })
  assert.is((await put('"text"')).status, 400)
  assert.is((await put('[]')).status, 400)
})

test.run()
