import { z } from 'zod'
import type { Repositories } from '../../core/data/repository-types.ts'
import { defineModel, defineModelFromJson } from '../../core/model/define-model.ts'

const Author = defineModel('Author', {
  properties: { name: z.string().min(1), tags: z.array(z.string()).optional() },
  relations: { books: { hasMany: 'Book' }, profile: { hasOne: 'Profile' } },
})

const Book = defineModel('Book', {
  properties: {
    title: z.string().min(1),
    pages: z.int().optional(),
    published: z.date().optional(),
    inStock: z.boolean().default(true),
  },
  relations: {
    author: { belongsTo: 'Author' },
    reviews: { type: 'hasMany', model: 'Review', foreignKey: 'bookId' },
  },
})

/** Written the way LoopBack writes it. */
const Review = defineModel('Review', {
  properties: {
    stars: { type: 'number', required: true },
    text: 'string',
    lang: { type: 'string', default: 'en' },
    words: ['string'],
    place: { lat: 'number', lng: { type: Number, required: true } },
  },
  relations: { book: { type: 'belongsTo', model: 'Book', foreignKey: 'bookId' } },
})

const Profile = defineModel('Profile', { properties: { bio: z.string() } })

const Line = defineModel('Line', {
  properties: {
    order: { type: 'number', id: 1 },
    product: { type: 'string', id: 2 },
    qty: { type: z.int(), default: 1 },
  },
})

const Device = defineModel('Device', {
  properties: { id: z.uuid() },
  relations: { profile: { belongsTo: 'Profile', foreignKey: 'profileKey' } },
})

const Laptop = defineModel('Laptop', { base: Device, properties: { keys: z.int() } })

const Log = defineModel('Log', { properties: { line: z.string() }, idInjection: false })

const Legacy = defineModelFromJson({ name: 'Legacy' })

/** Definitions the type tests talk about. */
export const definitions = { Author, Book, Review, Profile, Line, Device, Laptop, Log, Legacy }

/** Their types. */
export type Models = typeof definitions

/** Repositories of them; types only, never run. */
export declare const models: Repositories<Models>
