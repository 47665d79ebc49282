import type { Filter, FindResult } from '../../core/model/filter-types.ts'
import type { RowOf } from '../../core/model/model-types.ts'
import { type Models, models } from './models.ts'
import { type Equal, expectType } from './support.ts'

type BookRow = RowOf<Models['Book'], Models>
type ReviewRow = RowOf<Models['Review'], Models>

export async function fieldsNarrow(): Promise<void> {
  const all = await models.Book.find()
  expectType<Equal<typeof all, BookRow[]>>()
  const one = await models.Book.findOne({ fields: 'title' })
  expectType<Equal<typeof one, { title: string } | null>>()
  const list = await models.Book.find({ fields: ['id', 'pages'] })
  expectType<Equal<typeof list, { id: number; pages?: number }[]>>()
  const map = await models.Book.find({ fields: { title: true, pages: false } })
  expectType<Equal<typeof map, { title: string }[]>>()
  const without = await models.Profile.find({ fields: { bio: false } })
  expectType<Equal<typeof without, { id: number; authorId?: number | null }[]>>()
  const byId = await models.Book.findById(1, { fields: ['title'] })
  expectType<Equal<typeof byId, { title: string } | null>>()
}

export async function includeWidens(): Promise<void> {
  const first = await models.Book.find({
    where: { pages: { gt: 300 } },
    include: { author: { fields: ['name'] } },
    fields: ['title'],
  })
  expectType<Equal<typeof first, { title: string; author?: { name: string } }[]>>()
  const named = await models.Author.find({ include: 'books', fields: ['name'] })
  expectType<Equal<typeof named, { name: string; books: BookRow[] }[]>>()
  const listed = await models.Author.find({ include: ['books', 'profile'], fields: ['name'] })
  expectType<
    Equal<
      typeof listed,
      { name: string; books: BookRow[]; profile?: RowOf<Models['Profile'], Models> }[]
    >
  >()
  const long = await models.Author.find({
    fields: ['id'],
    include: { relation: 'books', scope: { fields: ['title'], include: 'reviews' } },
  })
  expectType<
    Equal<typeof long, { id: number; books: { title: string; reviews: ReviewRow[] }[] }[]>
  >()
  const nested = await models.Author.find({ fields: ['id'], include: { books: ['reviews'] } })
  expectType<Equal<(typeof nested)[0]['books'][0]['reviews'], ReviewRow[]>>()
  const deep = await models.Author.find({
    fields: ['id'],
    include: [{ books: { reviews: { book: { fields: ['title'] } } } }, 'profile'],
  })
  expectType<
    Equal<(typeof deep)[0]['books'][0]['reviews'][0]['book'], { title: string } | undefined>
  >()
  const rows = await models.Author.include(named, 'profile')
  expectType<Equal<(typeof rows)[0]['name'], string>>()
  for await (const row of models.Book.findStream({ fields: ['title'] })) {
    expectType<Equal<typeof row, { title: string }>>()
  }
}

export async function relatedRows(): Promise<void> {
  const books = await models.Author.related(1, 'books').find({ fields: ['title'] })
  expectType<Equal<typeof books, { title: string }[]>>()
  const author = await models.Book.related(1, 'author').get()
  expectType<Equal<typeof author, RowOf<Models['Author'], Models> | null | undefined>>()
  await models.Author.related(1, 'books').create({ title: 'x' })
  // @ts-expect-error no such relation
  models.Author.related(1, 'bocks')
  // @ts-expect-error a to-one relation has no find
  models.Book.related(1, 'author').find()
}

export async function conditions(): Promise<void> {
  await models.Book.find({
    where: {
      title: { like: '%x%' },
      published: { gt: '2020-01-01' },
      or: [{ pages: 1 }, { pages: { inq: [2, 3] } }],
      author: { name: 'x' },
      'author.name': 'x',
      reviews: { some: { stars: { gte: 4 } } },
    },
    order: ['title DESC', 'pages'],
  })
  await models.Author.find({ where: { tags: 'red' }, order: 'name ASC, id' })
  await models.Legacy.find({ where: { whatever: 1 }, include: 'things', fields: ['a'] })
  // @ts-expect-error no such property
  await models.Book.find({ where: { titel: 'x' } })
  // @ts-expect-error wrong type of value
  await models.Book.find({ where: { pages: 'many' } })
  // @ts-expect-error no such operator
  await models.Book.find({ where: { pages: { bigger: 1 } } })
  // @ts-expect-error no such property of the related model
  await models.Book.find({ where: { author: { nam: 'x' } } })
  // @ts-expect-error no such property inside or
  await models.Book.find({ where: { or: [{ titel: 'x' }] } })
  // @ts-expect-error no such property to order by
  await models.Book.find({ order: 'titel DESC' })
  // @ts-expect-error no such key of a filter
  await models.Book.find({ wher: {} })
}

export async function wrongNames(): Promise<void> {
  // @ts-expect-error no such property
  await models.Book.find({ fields: ['titel'] })
  // @ts-expect-error no such property
  await models.Book.find({ fields: { titel: true } })
  // @ts-expect-error no such property
  await models.Book.find({ fields: 'titel' })
  // @ts-expect-error no such relation
  await models.Book.find({ include: 'autor' })
  // @ts-expect-error no such relation
  await models.Book.find({ include: ['author', 'autor'] })
  // @ts-expect-error no such relation
  await models.Book.find({ include: { autor: true } })
  // @ts-expect-error no such relation
  await models.Book.find({ include: { relation: 'autor' } })
  // @ts-expect-error no such relation below
  await models.Author.find({ include: { books: 'bocks' } })
  // @ts-expect-error no such property of the related model
  await models.Book.find({ include: { author: { fields: ['nam'] } } })
  // @ts-expect-error no such property of the related model
  await models.Book.find({ include: { author: { where: { nam: 'x' } } } })
  // @ts-expect-error no such property of the related model
  await models.Book.find({ include: { relation: 'author', scope: { fields: { nam: true } } } })
  // @ts-expect-error no such key of a related filter
  await models.Book.find({ include: { author: { fields: ['name'], limt: 1 } } })
}

expectType<
  Equal<FindResult<Models, 'Book', { fields: ['title']; include: 'author' }>['title'], string>
>()
expectType<Equal<FindResult<Models, 'Legacy', { fields: ['x'] }>, Record<string, unknown>>>()

/** A filter of the general type gives rows in which anything may be missing. */
export async function generalFilter(filter: Filter<Models, 'Book'>): Promise<void> {
  const rows = await models.Book.find(filter)
  expectType<Equal<(typeof rows)[0]['title'], string | undefined>>()
}
