import { setTimeout as pause } from 'node:timers/promises'
import { sharedMethods, streamOf } from 'viaduct'
import { z } from 'zod'
import { models } from '../atlas/models.ts'

const method = sharedMethods(models)

/** Longest pause after a country, in milliseconds. */
const maxPauseMs = 1000

/** `Country.census`: counts the people of the world country by country and tells how far it is. */
export const census = method(
  {
    description: 'Counts the people of the world, a country at a time, and tells its progress',
    accepts: {
      /** Milliseconds after each country, so that there is something to watch. */
      pauseMs: z.int().min(0).max(maxPauseMs).default(20),
    },
    returns: streamOf(
      z.object({
        /** Countries counted, from 1; goes up by one with each item. */
        done: z.int(),
        total: z.int(),
        country: z.string(),
        /** People so far. */
        people: z.int(),
      }),
    ),
    accessType: 'READ',
    http: { verb: 'get' },
  },
  async function* ({ pauseMs }, { models, signal }) {
    const countries = await models.Country.find({ fields: ['name', 'population'], order: 'name' })
    let people = 0
    for (const [index, { name, population = 0 }] of countries.entries()) {
      people += population
      yield { done: index + 1, total: countries.length, country: name, people }
      await pause(pauseMs, undefined, { signal })
    }
  },
)
