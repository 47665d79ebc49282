import type { CreateInput, IdOf, PatchInput, RowOf } from '../../core/model/model-types.ts'
import { type Models, models } from './models.ts'
import { type Equal, expectType } from './support.ts'

expectType<
  Equal<
    RowOf<Models['Book'], Models>,
    {
      id: number
      title: string
      inStock: boolean
      pages?: number
      published?: Date
      authorId?: number | null
    }
  >
>()
expectType<
  Equal<
    RowOf<Models['Review'], Models>,
    {
      id: number
      stars: number
      lang: string
      text?: string | null
      words?: string[] | null
      place?: { lng: number; lat?: number | null } | null
      bookId?: number | null
    }
  >
>()
// foreign keys that hasMany and hasOne of other models put here
expectType<
  Equal<RowOf<Models['Profile'], Models>, { id: number; bio: string; authorId?: number | null }>
>()
expectType<Equal<RowOf<Models['Log'], Models>, { line: string }>>()
// inherited properties and relations; the key is the declared id
expectType<
  Equal<RowOf<Models['Laptop'], Models>, { id: string; keys: number; profileKey?: number | null }>
>()
expectType<Equal<RowOf<Models['Line'], Models>, { order: number; product: string; qty: number }>>()
expectType<Equal<RowOf<Models['Legacy'], Models>, Record<string, unknown>>>()

expectType<Equal<IdOf<Models['Book']>, number>>()
expectType<Equal<IdOf<Models['Device']>, string>>()
expectType<Equal<IdOf<Models['Line']>, { order: number; product: string }>>()
expectType<Equal<IdOf<Models['Log']>, never>>()

expectType<
  Equal<
    CreateInput<Models['Book'], Models>,
    {
      title: string
      pages?: number | undefined
      published?: Date | undefined
      inStock?: boolean | undefined
      id?: number | undefined
      authorId?: number | null | undefined
    }
  >
>()
expectType<
  Equal<
    PatchInput<Models['Book'], Models>,
    {
      title?: string | undefined
      pages?: number | null | undefined
      published?: Date | null | undefined
      inStock?: boolean | undefined
      id?: number | undefined
      authorId?: number | null | undefined
    }
  >
>()

export async function writes(): Promise<void> {
  const book = await models.Book.create({ title: 'x' })
  expectType<Equal<typeof book, RowOf<Models['Book'], Models>>>()
  const books = await models.Book.create([{ title: 'x', pages: 3 }])
  expectType<Equal<typeof books, RowOf<Models['Book'], Models>[]>>()
  await models.Book.update(1, { pages: null })
  await models.Book.update(book, { title: 'y' })
  await models.Line.findById({ order: 1, product: 'x' })
  await models.Line.findById([1, 'x'])
  await models.Book.increment({ title: 'x' }, { pages: 1 })
  const [found, created] = await models.Book.findOrCreate(null, { title: 'x' })
  expectType<Equal<[typeof found, typeof created], [RowOf<Models['Book'], Models>, boolean]>>()
  await models.Legacy.create({ anything: 1 })
  // @ts-expect-error title is missing
  await models.Book.create({ pages: 3 })
  // @ts-expect-error no such property
  await models.Book.create({ title: 'x', titel: 'y' })
  // @ts-expect-error wrong type
  await models.Book.create({ title: 5 })
  // @ts-expect-error a required property cannot be emptied
  await models.Book.update(1, { title: null })
  // @ts-expect-error the key is a number
  await models.Book.findById('1')
  // @ts-expect-error both parts of the key are needed
  await models.Line.findById({ order: 1 })
  // @ts-expect-error not numeric
  await models.Book.increment({}, { title: 1 })
}
