import { notFound, sharedMethods, streamOf } from 'viaduct'
import { z } from 'zod'
import { models } from './models.ts'

const method = sharedMethods(models)

const City = z.object({
  id: z.int(),
  name: z.string(),
  countryCode: z.string(),
  location: z.object({ lat: z.number(), lng: z.number() }),
})

/** `GET /api/Cities/nearest?lat=48.86&lng=2.35`: the cities around a point, nearest first. */
export const nearest = method(
  {
    description: 'Cities around a point, nearest first',
    accepts: {
      lat: z.number().min(-90).max(90),
      lng: z.number().min(-180).max(180),
      /** Kilometres. */
      within: z.number().positive().max(20_000).default(100),
      limit: z.int().min(1).max(100).default(10),
    },
    returns: z.array(City),
    accessType: 'READ',
    http: { verb: 'get' },
  },
  ({ lat, lng, within, limit }, { models }) =>
    models.City.find({
      where: { location: { near: { lat, lng }, maxDistance: within, unit: 'kilometers' } },
      fields: ['id', 'name', 'countryCode', 'location'],
      limit,
    }),
)

/** `GET /api/Countries/populationByRegion`: people, countries and area of each region. */
export const populationByRegion = method(
  {
    description: 'People, countries and area of each region, largest population first',
    returns: z.array(
      z.object({
        region: z.string(),
        population: z.number(),
        countries: z.number(),
        area: z.number(),
      }),
    ),
    accessType: 'READ',
    http: { verb: 'get' },
  },
  async (_args, { models }) => {
    const rows = await models.Country.aggregate({
      groupBy: ['region'],
      count: 'countries',
      sum: { population: 'population', area: 'area' },
      order: 'population DESC',
    })
    return rows.map((row) => ({
      region: String(row['region']),
      population: Number(row['population'] ?? 0),
      countries: Number(row['countries']),
      area: Number(row['area']),
    }))
  },
)

/** `GET /api/Countries/CH/neighbours`: the countries across its land borders. */
export const neighbours = method(
  {
    description: 'The countries across the land borders of this one',
    returns: z.array(z.object({ code: z.string(), name: z.string() })),
    isStatic: false,
    accessType: 'READ',
    http: { verb: 'get' },
  },
  async (_args, { instance, models }) => {
    const borders = await models.Border.find({
      where: { fromCode: String(instance?.['code']) },
      fields: ['toCode'],
    })
    return models.Country.find({
      where: { code: { inq: borders.map((border) => border.toCode) } },
      fields: ['code', 'name'],
      order: 'name',
    })
  },
)

/** `GET /api/Languages/fra/speakers`: where a language is spoken, most people first. */
export const speakers = method(
  {
    description: 'The countries that speak this language, most people first',
    returns: z.array(
      z.object({ code: z.string(), name: z.string(), population: z.int().optional() }),
    ),
    isStatic: false,
    accessType: 'READ',
    http: { verb: 'get' },
  },
  async (_args, { instance, models }) => {
    const spoken = await models.SpokenLanguage.find({
      where: { languageCode: String(instance?.['code']) },
      fields: ['countryCode'],
    })
    return models.Country.find({
      where: { code: { inq: spoken.map((row) => row.countryCode) }, population: { neq: null } },
      fields: ['code', 'name', 'population'],
      order: 'population DESC',
    })
  },
)

/** `GET /api/Cities/walk?country=IS`: every city of a country as a stream (server-sent events, or lines of JSON). */
export const walk = method(
  {
    description: 'Every city of a country, streamed',
    accepts: { country: z.string().length(2) },
    returns: streamOf(z.object({ name: z.string(), lat: z.number(), lng: z.number() })),
    accessType: 'READ',
    http: { verb: 'get' },
  },
  async ({ country }, { models }) => {
    if (!(await models.Country.exists(country))) {
      throw notFound('MODEL_NOT_FOUND', `there is no country "${country}"`)
    }
    return cityStream(models.City.findStream({ where: { countryCode: country }, order: 'name' }))
  },
)

async function* cityStream(
  cities: AsyncIterable<{ name: string; location: { lat: number; lng: number } }>,
) {
  for await (const { name, location } of cities) {
    yield { name, lat: location.lat, lng: location.lng }
  }
}

export const methods = {
  City: { nearest, walk },
  Country: { populationByRegion, neighbours },
  Language: { speakers },
}
