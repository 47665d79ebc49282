/**
 * The same schemas as `json-schemas.mjs`, for the peers that validate with zod. Each call makes a new schema, as an
 * application's own routes would have their own.
 */
import { z } from 'zod'
import { datePattern, emailPattern } from './json-schemas.mjs'

const itemShape = () => ({
  title: z.string().min(1).max(100),
  pages: z.int().min(1).optional(),
  price: z.number().min(0).optional(),
  country: z.string().length(2).optional(),
  rating: z.number().min(0).max(5).optional(),
  active: z.boolean().optional(),
  published: z.string().optional(),
  isbn: z.string().max(20).optional(),
})

/** Makers of schemas by the names that `routes.mjs` uses. Numbers in queries and paths arrive as text unless `number` says otherwise. */
export const zodSchemas = {
  greetQuery: () => z.object({ name: z.string().min(1).max(100) }),
  booksQuery: (number = z.coerce.number) =>
    z.object({
      minPages: number().int().min(0),
      order: z.enum(['title DESC', 'price ASC']),
      limit: number().int().min(1).max(100),
    }),
  newReader: () =>
    z.object({
      firstName: z.string().min(1).max(50),
      lastName: z.string().min(1).max(50),
      email: z.string().max(120).regex(new RegExp(emailPattern)),
      age: z.int().min(18).max(120),
      country: z.string().length(2),
      phone: z.string().min(5).max(20),
      score: z.number().min(0).max(100),
      newsletter: z.boolean(),
      birthday: z.string().regex(new RegExp(datePattern)),
      note: z.string().max(500).optional(),
    }),
  newItem: () => z.object(itemShape()),
  itemPatch: () => z.object(itemShape()).partial(),
  itemPath: (number = z.coerce.number) => z.object({ id: number().int().min(1) }),
  itemsQuery: (number = z.coerce.number) =>
    z.object({ limit: number().int().min(1).max(1000).optional() }),
}
