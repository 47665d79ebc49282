import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { updateOnlyProperties } from 'viaduct/spi'
import { openLayer } from '../../support/data-layer.ts'

async function messageOf(definition: object): Promise<string> {
  return openLayer({ Book: definition as never }).then(
    () => 'accepted',
    (error: { readonly reason?: string; readonly message: string }) =>
      `${error.reason} ${error.message}`,
  )
}

test('D-1.1-20, D-1.7-5: a setting that is nearly a known one is refused, with the word that was meant', async () => {
  for (const [name, meant] of [
    ['hiden', 'hidden'],
    ['Hidden', 'hidden'],
    ['hidden ', 'hidden'],
    ['proteced', 'protected'],
    ['propertes', 'properties'],
    ['relation', 'relations'],
    ['forceID', 'forceId'],
    ['replaceOnPut', 'replaceOnPUT'],
    ['stirct', 'strict'],
    ['acl', 'acls'],
    ['strictDelet', 'strictDelete'],
    ['prohibitHiddenPropertyInQuery', 'prohibitHiddenPropertiesInQuery'],
  ] as const) {
    const text = await messageOf({ [name]: [] })
    assert.is(text, `INVALID_ARGUMENT Book.${name} is no setting; did you mean ${meant}?`)
  }
})

test('D-1.2-5, D-1.2-14: the same for the settings of a property', async () => {
  for (const [name, meant] of [
    ['requird', 'required'],
    ['hiden', 'hidden'],
    ['lenght', 'length'],
    ['defaults', 'default'],
    ['defaultfn', 'defaultFn'],
    ['readonly', 'readOnly'],
    ['uniqe', 'unique'],
  ] as const) {
    const text = await messageOf({ properties: { title: { type: 'string', [name]: true } } })
    assert.is(text, `INVALID_ARGUMENT Book.title.${name} is no setting; did you mean ${meant}?`)
  }
})

test('D-1.2-16, D-1.1-23: settings that resemble none belong to connectors, components and applications', async () => {
  const definition = {
    postgresql: { schema: 's' },
    mongodb: {},
    memory: { collection: 'b' },
    ttl: 5,
    https: true,
    index: {},
    caseSensitiveEmail: true,
    properties: {
      title: {
        type: 'string',
        doc: 'd',
        docs: 'd',
        min: 1,
        enum: [],
        name: 'n',
        label: 'l',
        pattern: 'p',
        mysql: { columnName: 'c' },
      },
    },
  }
  assert.is(await messageOf(definition), 'accepted')
})

test('D-1.1-20: a LoopBack 3 project starts, with a warning', async () => {
  const warnings: string[] = []
  await openLayer(
    {
      Book: { hiden: ['title'], properties: { title: { type: 'string', requird: true } } } as never,
    },
    { profile: 'loopback3', warnings },
  )
  assert.equal(warnings, [
    'Book.hiden is no setting; did you mean hidden?',
    'Book.title.requird is no setting; did you mean required?',
  ])
})

test('D-1.2-12: updateOnly is what a property says, and the id under forceId', async () => {
  const { models } = await openLayer({
    Forced: { properties: { a: { type: 'string', updateOnly: true }, b: 'string' } },
    Free: { forceId: false, properties: { a: 'string' } },
    Given: { properties: { key: { type: 'string', id: true } } },
    Both: {
      forceId: true,
      properties: { x: { type: 'string', id: 1 }, y: { type: 'number', id: 2 } },
    },
  })
  const names = Object.fromEntries(
    Object.entries(models).map(([name, { model }]) => [name, updateOnlyProperties(model)]),
  )
  assert.equal(names, { Forced: ['a', 'id'], Free: [], Given: [], Both: ['x', 'y'] })
  assert.ok(models['Forced']?.model.id[0]?.updateOnly)
})

test.run()
