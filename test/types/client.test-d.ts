import type {
  CallOptions,
  Change,
  Client,
  Filter,
  FindResult,
  Model,
  Related,
  Stream,
} from '../../clients/typescript/index.ts'
import { type Equal, expectType } from './support.ts'

interface Author {
  id: number
  name: string
  born?: Date
}
interface AuthorData {
  name: string
  born?: Date
}
interface AuthorRelations {
  books: Related<Book, BookRelations>[]
}
interface Book {
  id: number
  title: string
  pages?: number
  published?: Date
  tags?: string[]
  authorId?: number | null
}
interface BookData {
  title: string
  pages?: number
  published?: Date
  authorId?: number | null
}
interface BookRelations {
  author: Related<Author, AuthorRelations> | null
  reviews: Related<Review, ReviewRelations>[]
}
interface Review {
  id: string
  stars: number
}
interface ReviewRelations {
  book: Book | null
}
interface BookMethods {
  longest(args: { limit?: number }, options?: CallOptions): Promise<{ title: string }[]>
  rename(id: number, args: { to: string }, options?: CallOptions): Promise<string>
  sales(args: { from: number }, options?: CallOptions): Stream<{ sold: number }>
}
interface Line {
  order: number
  product: string
}

/** As a generated file has it. */
interface Api {
  Author: Model<Author, AuthorData, AuthorRelations>
  Book: Model<Book, BookData, BookRelations> & BookMethods
  Review: Model<Review, Review, ReviewRelations>
  Line: Model<Line, Line, Record<never, never>, { order: number; product: string }>
  Legacy: Model<Record<string, unknown>>
}

declare const api: Client<Api>

export async function fieldsNarrow(): Promise<void> {
  const all = await api.Book.find()
  expectType<Equal<typeof all, Book[]>>()
  const one = await api.Book.findOne({ fields: 'title' })
  expectType<Equal<typeof one, { title: string } | null>>()
  const list = await api.Book.find({ fields: ['id', 'pages'] })
  expectType<Equal<typeof list, { id: number; pages?: number }[]>>()
  const map = await api.Author.find({ fields: { born: false } })
  expectType<Equal<typeof map, { id: number; name: string }[]>>()
  const byId = await api.Book.findById(1, { fields: ['title'] })
  expectType<Equal<typeof byId, { title: string } | null>>()
  const legacy = await api.Legacy.find({ where: { any: 1 }, fields: ['a'] })
  expectType<Equal<typeof legacy, Record<string, unknown>[]>>()
}

export async function includeWidens(): Promise<void> {
  const first = await api.Book.find({
    where: { pages: { gt: 300 } },
    include: { author: { fields: ['name'] } },
    fields: ['title'],
  })
  expectType<Equal<typeof first, { title: string; author?: { name: string } }[]>>()
  const named = await api.Author.find({ include: 'books', fields: ['name'] })
  expectType<Equal<typeof named, { name: string; books: Book[] }[]>>()
  const nested = await api.Author.find({
    fields: ['name'],
    include: { books: { fields: ['title'], include: { reviews: { fields: ['stars'] } } } },
  })
  expectType<
    Equal<
      typeof nested,
      { name: string; books: { title: string; reviews: { stars: number }[] }[] }[]
    >
  >()
  const long = await api.Author.find({
    fields: ['id'],
    include: { relation: 'books', scope: { fields: ['title'], include: 'reviews' } },
  })
  expectType<Equal<typeof long, { id: number; books: { title: string; reviews: Review[] }[] }[]>>()
  const listed = await api.Book.find({ fields: ['id'], include: ['author', 'reviews'] })
  expectType<Equal<typeof listed, { id: number; author?: Author; reviews: Review[] }[]>>()
  const plain = await api.Review.find({ include: 'book', fields: ['stars'] })
  expectType<Equal<typeof plain, { stars: number; book?: Book }[]>>()
}

export async function conditions(): Promise<void> {
  await api.Book.find({
    where: {
      title: { like: '%x%' },
      published: { gt: '2020-01-01' },
      or: [{ pages: 1 }, { pages: { inq: [2, 3] } }],
      author: { name: 'x' },
      'author.name': 'x',
      reviews: { some: { stars: { gte: 4 } } },
      tags: 'red',
    },
    order: ['title DESC', 'pages'],
    limit: 3,
  })
  // @ts-expect-error no such property
  await api.Book.find({ where: { titel: 'x' } })
  // @ts-expect-error wrong type of value
  await api.Book.find({ where: { pages: 'many' } })
  // @ts-expect-error no such operator
  await api.Book.find({ where: { pages: { bigger: 1 } } })
  // @ts-expect-error no such property of the related model
  await api.Book.find({ where: { author: { nam: 'x' } } })
  // @ts-expect-error no such property inside or
  await api.Book.find({ where: { or: [{ titel: 'x' }] } })
  // @ts-expect-error no such property to order by
  await api.Book.find({ order: 'titel DESC' })
  // @ts-expect-error no such key of a filter
  await api.Book.find({ wher: {} })
  // @ts-expect-error no such option
  await api.Book.find({}, { timeout: 1 })
}

export async function wrongNames(): Promise<void> {
  // @ts-expect-error no such property
  await api.Book.find({ fields: ['titel'] })
  // @ts-expect-error no such property
  await api.Book.find({ fields: { titel: true } })
  // @ts-expect-error no such relation
  await api.Book.find({ include: 'autor' })
  // @ts-expect-error no such relation
  await api.Book.find({ include: ['author', 'autor'] })
  // @ts-expect-error no such relation
  await api.Book.find({ include: { autor: true } })
  // @ts-expect-error no such relation below
  await api.Author.find({ include: { books: 'bocks' } })
  // @ts-expect-error no such property of the related model
  await api.Book.find({ include: { author: { fields: ['nam'] } } })
  // @ts-expect-error no such property of the related model
  await api.Book.find({ include: { author: { where: { nam: 'x' } } } })
  // @ts-expect-error no such key of a related filter
  await api.Book.find({ include: { author: { fields: ['name'], limt: 1 } } })
}

export async function writes(): Promise<void> {
  const made = await api.Book.create({ title: 'x' })
  expectType<Equal<typeof made, Book>>()
  const several = await api.Book.create([{ title: 'x' }])
  expectType<Equal<typeof several, Book[]>>()
  await api.Book.update(1, { pages: null })
  const { count } = await api.Book.delete(1)
  expectType<Equal<typeof count, number>>()
  await api.Line.update({ order: 1, product: 'x' }, {})
  // @ts-expect-error the title is missing
  await api.Book.create({ pages: 1 })
  // @ts-expect-error the title cannot be emptied
  await api.Book.update(1, { title: null })
  // @ts-expect-error the key is a number
  await api.Book.delete('1')
}

export async function relatedRows(): Promise<void> {
  const reviews = await api.Book.related(1, 'reviews').find({ fields: ['stars'] })
  expectType<Equal<typeof reviews, { stars: number }[]>>()
  const author = await api.Book.related(1, 'author').get()
  expectType<Equal<typeof author, Author | null>>()
  // @ts-expect-error no such relation
  api.Book.related(1, 'revews')
  // @ts-expect-error a to-one relation has no find
  api.Book.related(1, 'author').find()
}

export async function streams(): Promise<void> {
  for await (const change of api.Book.watch({ where: { pages: { gt: 3 } } })) {
    expectType<Equal<typeof change, Change<Book, number>>>()
  }
  for await (const item of api.Book.sales({ from: 1 }, { signal: AbortSignal.abort() })) {
    expectType<Equal<typeof item, { sold: number }>>()
  }
}

/** A filter of the general type gives rows in which anything may be missing. */
export async function generalFilter(filter: Filter<Book, BookRelations>): Promise<void> {
  const rows = await api.Book.find(filter)
  expectType<Equal<(typeof rows)[0]['title'], string | undefined>>()
}

expectType<
  Equal<
    FindResult<Book, BookRelations, { fields: ['title']; include: 'author' }>['author'],
    Author | undefined
  >
>()
