import type { DataLayer } from '../../core/data/data-layer.ts'
import type { ModelRepository } from '../../core/data/repository.ts'
import { type LayerOptions, openLayer } from './data-layer.ts'

const definitions = {
  Book: {
    properties: {
      title: { type: 'string', required: true },
      price: 'number',
      inStock: { type: 'boolean', default: true },
    },
  },
} as const

/** A layer with one model, `Book`: a required title, a price, and a stock flag that is true by default. */
export async function openBooks(
  options: LayerOptions = {},
  settings: object = {},
): Promise<{ readonly layer: DataLayer; readonly Book: ModelRepository }> {
  const { layer, models } = await openLayer({ Book: { ...definitions.Book, ...settings } }, options)
  const { Book } = models
  if (Book === undefined) throw new Error('no Book')
  return { layer, Book }
}
