import { z } from 'zod'
import { defineModel } from '../../core/model/define-model.ts'

defineModel('Book', {
  properties: { title: z.string() },
  hooks: {
    'before save': (context) => {
      if (context.instance) context.instance['title'] = 'x'
      if (context.data) context.data = { ...context.data, seen: true }
    },
    access: [
      (context) => {
        context.query['limit'] = 5
      },
    ],
    'after delete': async ({ where, info }) => [where, info?.count],
    // @ts-expect-error no such hook
    'after saving': () => undefined,
  },
})

defineModel('Book', {
  hooks: {
    loaded: (context) => {
      // @ts-expect-error loaded has data, no instance
      context.instance = {}
    },
  },
})

// @ts-expect-error no such kind of relation
defineModel('Book', { relations: { author: { belongsToo: 'Author' } } })
// @ts-expect-error not a type
defineModel('Book', { properties: { title: 5 } })
