import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Manifest } from 'viaduct'
import { compareGenerated, compareManifests, generateClient } from 'viaduct/generator'
import { app } from './library.ts'

await app.start({ port: 0 })
const manifest = app.describe()
await app.stop()

/** A part of a manifest that tests change. */
type Part = Record<string, unknown> & { name: string }

interface Draft {
  readonly classes: (Part & { paths: string[]; methods: Part[]; sharedCtor: Part })[]
  readonly models: (Part & { id: string[]; properties: Part[]; relations: Part[] })[]
}

/** Finds a part by its name. */
function named<T extends Part>(list: readonly T[], name: string): T {
  const found = list.find((part) => part.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

const bookOf = (draft: Draft) => named(draft.models, 'Book')
const methodOf = (draft: Draft, name: string) => {
  const shared = named(draft.classes, name.split('.')[0] ?? '')
  return named(shared.methods, name) as Part & { accepts: Part[]; returns: Part[]; http: Part[] }
}
const remove = (list: Part[], name: string) => void list.splice(list.indexOf(named(list, name)), 1)

const set = (part: object, key: string | number, value: unknown) => {
  Object.assign(part, { [key]: value })
}

/** The changes after an edit, as lines. */
function changesAfter(edit: (draft: Draft) => void, from: Manifest = manifest): string[] {
  const draft = JSON.parse(JSON.stringify(from))
  edit(draft)
  return compareManifests(from, draft).map(({ kind, place, text }) => `${kind}: ${place}: ${text}`)
}

const integer = { type: 'integer' }

const cases: readonly [name: string, edit: (draft: Draft) => void, changes: readonly string[]][] = [
  ['nothing', () => undefined, []],
  [
    'a class that was removed',
    (draft) => remove(draft.classes, 'Tools'),
    ['breaking: Tools: the class was removed'],
  ],
  [
    'a method that was removed',
    (draft) => remove(named(draft.classes, 'Book').methods, 'Book.longest'),
    ['breaking: Book.longest: the method was removed'],
  ],
  [
    'a route of a class that moved',
    (draft) => set(named(draft.classes, 'Tools').paths, 0, '/Other'),
    ['breaking: Tools: the route /Tools was removed', 'note: Tools: the route /Other is new'],
  ],
  [
    'a route of a method that changed',
    (draft) => set(methodOf(draft, 'Book.longest').http, 0, { verb: 'post', path: '/l' }),
    [
      'breaking: Book.longest: the route GET /longest was removed',
      'note: Book.longest: the route POST /l is new',
    ],
  ],
  [
    'the route of a row that changed',
    (draft) =>
      set(named(draft.classes, 'Book').sharedCtor, 'http', [{ verb: 'all', path: '/by/:id' }]),
    ['breaking: Book: the route of a row changed from /:id to /by/:id'],
  ],
  [
    'an argument that was removed',
    (draft) => remove(methodOf(draft, 'Book.longest').accepts, 'limit'),
    ['breaking: Book.longest: the argument limit was removed'],
  ],
  [
    'an argument that became required',
    (draft) => set(named(methodOf(draft, 'Book.longest').accepts, 'limit'), 'required', true),
    ['breaking: Book.longest: the argument limit is required now'],
  ],
  [
    'a new argument that is required',
    (draft) =>
      void methodOf(draft, 'Book.longest').accepts.push({ name: 'a', type: 'any', required: true }),
    ['breaking: Book.longest: the argument a is new and required'],
  ],
  [
    'an argument of another type',
    (draft) =>
      set(named(methodOf(draft, 'Book.longest').accepts, 'limit'), 'schema', { type: 'string' }),
    ['breaking: Book.longest: the argument limit changed its type from number to string'],
  ],
  [
    'an argument that is read elsewhere',
    (draft) => set(named(methodOf(draft, 'Book.longest').accepts, 'limit'), 'source', 'header'),
    ['breaking: Book.longest: the argument limit moved from auto to header'],
  ],
  [
    'a result of another type',
    (draft) => set(methodOf(draft, 'Book.prototype.rename').returns[0]!, 'schema', integer),
    ['breaking: Book.prototype.rename: the result changed its type from string to number'],
  ],
  [
    'a result that became a stream',
    (draft) => set(methodOf(draft, 'Book.prototype.rename'), 'streams', true),
    ['breaking: Book.prototype.rename: the result is a stream now'],
  ],
  [
    'a model that was removed',
    (draft) => remove(draft.models, 'Review'),
    ['breaking: Review: the model was removed'],
  ],
  [
    'a property that was removed',
    (draft) => remove(bookOf(draft).properties, 'pages'),
    ['breaking: Book.pages: the property was removed'],
  ],
  [
    'a property of another type',
    (draft) => set(named(bookOf(draft).properties, 'pages'), 'schema', { type: 'string' }),
    ['breaking: Book.pages: the property changed its type from number to string'],
  ],
  [
    'a property that became required',
    (draft) => set(named(bookOf(draft).properties, 'pages'), 'required', true),
    ['breaking: Book.pages: the property is required now'],
  ],
  [
    'a property that may be missing',
    (draft) => set(named(bookOf(draft).properties, 'title'), 'required', false),
    ['breaking: Book.title: the property may be missing now'],
  ],
  [
    'a new property that is required',
    (draft) => void bookOf(draft).properties.push({ name: 'isbn', type: 'string', required: true }),
    ['breaking: Book.isbn: the property is new and required'],
  ],
  [
    'a literal that may come back unexpected',
    (draft) =>
      set(named(bookOf(draft).properties, 'state'), 'schema', {
        enum: ['draft', 'x', 'printed'],
      }),
    [
      "breaking: Book.state: the property changed its type from 'draft' | 'printed' to 'draft' | 'x' | 'printed'",
    ],
  ],
  [
    'another key',
    (draft) => void bookOf(draft).id.push('title'),
    ['breaking: Book: the key changed from id to id, title'],
  ],
  [
    'a relation that was removed',
    (draft) => remove(bookOf(draft).relations, 'author'),
    ['breaking: Book.author: the relation was removed'],
  ],
  [
    'a relation that leads to many',
    (draft) => set(named(bookOf(draft).relations, 'author'), 'many', true),
    ['breaking: Book.author: the relation leads to many rows now'],
  ],
  [
    'a relation that leads elsewhere',
    (draft) => set(named(bookOf(draft).relations, 'author'), 'target', 'Review'),
    ['breaking: Book.author: the relation leads to Review instead of Author'],
  ],
  [
    'what was added',
    (draft) => {
      draft.classes.push({ ...named(draft.classes, 'Tools'), name: 'New', methods: [] })
      draft.models.push({ ...bookOf(draft), name: 'Extra' })
      bookOf(draft).properties.push({ name: 'subtitle', type: 'string' })
      const { accepts } = methodOf(draft, 'Book.longest')
      accepts.push({ name: 'since', type: 'date' })
    },
    [
      'note: Book.longest: the optional argument since is new',
      'note: New: the class is new',
      'note: Book.subtitle: the property is new',
      'note: Extra: the model is new',
    ],
  ],
  [
    'an argument that takes more',
    (draft) =>
      set(named(methodOf(draft, 'Book.longest').accepts, 'limit'), 'schema', {
        type: ['integer', 'string'],
      }),
    ['note: Book.longest: the argument limit changed its type from number to number | string'],
  ],
  [
    'a result with one member more',
    (draft) => {
      const schema = methodOf(draft, 'Book.longest').returns[0]!['schema'] as {
        items: { properties: Record<string, unknown> }
      }
      set(schema.items.properties, 'id', integer)
    },
    [
      'note: Book.longest: the result changed its type from { title: string; pages?: number }[] to ' +
        '{ title: string; pages?: number; id?: number }[]',
    ],
  ],
]

for (const [name, edit, changes] of cases) {
  test(`tells ${name}`, () => {
    assert.equal(changesAfter(edit), changes)
  })
}

test('generated files are compared member by member', () => {
  const before = generateClient(manifest)
  const draft = JSON.parse(JSON.stringify(manifest)) as Draft
  remove(named(draft.classes, 'Book').methods, 'Book.longest')
  remove(bookOf(draft).properties, 'pages')
  bookOf(draft).properties.push({ name: 'subtitle', type: 'string' })
  named(bookOf(draft).properties, 'published')['required'] = true
  const after = generateClient(JSON.parse(JSON.stringify(draft)))
  assert.equal(compareGenerated(before, before), [])
  assert.equal(
    compareGenerated(before, after).map(({ kind, place, text }) => `${kind}: ${place}: ${text}`),
    [
      'breaking: Book.pages: it was removed',
      'breaking: Book.published: it changed from published?: Date to published: Date',
      'breaking: BookData.pages: it was removed',
      'breaking: BookData.published: it changed from published?: Date to published: Date',
      'breaking: BookMethods.longest: it was removed',
      'note: Book.subtitle: it is new',
      'note: BookData.subtitle: it is new',
    ],
  )
})

test('a file that was not generated is refused', () => {
  let message = ''
  try {
    compareGenerated('export const a = 1', generateClient(manifest))
  } catch (error) {
    message = String(error)
  }
  assert.match(message, 'not a file made by viaduct generate client')
})

test.run()
