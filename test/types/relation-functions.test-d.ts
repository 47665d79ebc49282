import type { Repositories } from '../../core/data/repository-types.ts'
import { defineModel } from '../../core/model/define-model.ts'

interface Countable {
  count(): Promise<number>
}

const Author = defineModel('Author', {
  properties: { name: 'string' },
  scope: (target, row) => ({ where: { name: row?.['name'] ?? target['name'] } }),
  scopes: { named: () => ({ where: { name: 'Ola' } }) },
  attributes: (data) => ({ name: data['name'] }),
  relations: {
    books: {
      hasMany: 'Book',
      scope: (author) => ({ where: { title: author['name'] } }),
      properties: (author, book) => ({ title: [author['name'], book['title']] }),
      scopeMethods: {
        atLeast: async (books: Countable, most: number) => (await books.count()) >= most,
      },
    },
    plain: { hasMany: 'Book' },
  },
})
const Book = defineModel('Book', { properties: { title: 'string' } })

declare const models: Repositories<{ readonly Author: typeof Author; readonly Book: typeof Book }>

export const isMany: Promise<boolean> = models.Author.related(1, 'books').atLeast(3)
export const counted: Promise<number> = models.Author.related(1, 'books').count()
// @ts-expect-error a number is asked for
models.Author.related(1, 'books').atLeast('3')
// @ts-expect-error the other relation has no such method
models.Author.related(1, 'plain').atLeast(3)
