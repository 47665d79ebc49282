import { z } from 'zod'
import type { ApiOf, Client } from '../../clients/typescript/index.ts'
import { createApp, sharedMethods, streamOf } from '../../core/index.ts'
import { definitions } from './models.ts'
import { type Equal, expectType } from './support.ts'

const method = sharedMethods(definitions)
const app = createApp({
  models: definitions,
  methods: {
    Book: {
      longest: method(
        {
          accepts: { limit: z.int().optional() },
          returns: z.array(z.object({ title: z.string() })),
        },
        () => [],
      ),
      sales: method(
        { accepts: { from: z.int() }, returns: streamOf(z.object({ n: z.int() })) },
        async function* () {},
      ),
    },
    Tools: { double: method({ accepts: { n: z.int() }, returns: z.int() }, ({ n }) => n * 2) },
  },
})

declare const api: Client<ApiOf<typeof app>>

export async function models(): Promise<void> {
  const books = await api.Book.find({
    where: { pages: { gt: 300 }, author: { name: 'x' } },
    include: { author: { fields: ['name'] } },
    fields: ['title'],
  })
  expectType<Equal<typeof books, { title: string; author?: { name: string } }[]>>()
  const deep = await api.Author.find({
    fields: ['id'],
    include: { books: { fields: ['title'], include: { reviews: { fields: ['stars'] } } } },
  })
  expectType<
    Equal<typeof deep, { id: number; books: { title: string; reviews: { stars: number }[] }[] }[]>
  >()
  await api.Book.create({ title: 'x' })
  await api.Device.update('b5a2b9b0-0000-4000-8000-000000000000', {})
  const bio = await api.Profile.find({ fields: ['bio'] })
  expectType<Equal<typeof bio, { bio: string }[]>>()
  // @ts-expect-error no such property
  await api.Book.find({ where: { titel: 1 } })
  // @ts-expect-error no such relation
  await api.Book.find({ include: 'autor' })
  // @ts-expect-error the title is missing
  await api.Book.create({})
  // @ts-expect-error the key is a number
  await api.Book.delete('x')
  // @ts-expect-error no such model
  api.Bock
}

export async function methods(): Promise<void> {
  const longest = await api.Book.longest({ limit: 3 })
  expectType<Equal<typeof longest, { title: string }[]>>()
  await api.Book.longest()
  const four = await api.Tools.double({ n: 2 }, { timeoutMs: 5 })
  expectType<Equal<typeof four, number>>()
  for await (const item of api.Book.sales({ from: 1 })) {
    expectType<Equal<typeof item, { n: number }>>()
  }
  // @ts-expect-error the argument is missing
  await api.Tools.double()
  // @ts-expect-error a number is wanted
  await api.Tools.double({ n: 'x' })
  // @ts-expect-error no such method
  api.Tools.triple
}
