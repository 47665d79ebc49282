import { z } from 'zod'
import { memory } from '../../../connectors/memory/index.ts'
import { defineModel } from '../../../core/index.ts'
import type { Stage, StageOptions, Suite } from './suite.ts'

const Author = defineModel('Author', {
  properties: {
    name: z.string().min(1),
    email: { type: 'string', index: { unique: true } },
    secret: 'string',
  },
  hidden: ['secret'],
  relations: { books: { hasMany: 'Book' } },
})

const Book = defineModel('Book', {
  properties: {
    title: { type: 'string', required: true },
    pages: { type: 'number', default: 0 },
    tags: ['string'],
  },
  relations: { author: { belongsTo: 'Author' } },
})

/** Authors and their books in memory. */
export const libraryOptions = (): StageOptions => ({
  models: { Author, Book },
  dataSources: { db: memory() },
})

/** A row as it comes over the wire. */
export type Row = Readonly<Record<string, unknown>>

/** Registers a case. */
export type Check = (name: string, run: (stage: Stage) => Promise<void>) => void

/** The titles of a list of books. */
export const titlesOf = (rows: unknown) => (rows as readonly Row[]).map(({ title }) => title)

/** Cases that begin with three books. */
export function checkModels(suite: Suite): Check {
  return (name, run) =>
    suite.check(`models: ${name}`, libraryOptions(), async (stage) => {
      const titles = ['Emma', 'Ulysses', 'Middlemarch']
      for (const [n, title] of titles.entries()) {
        await stage.client.call('Book.create', {
          data: { title, pages: (n + 1) * 100, tags: ['a'] },
        })
      }
      await run(stage)
    })
}
