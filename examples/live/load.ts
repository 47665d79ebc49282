import type { Repositories } from 'viaduct'
import { readAtlas } from '../atlas/data-set.ts'
import type { models } from '../atlas/models.ts'

/** A country of at most so many places is loaded with all of them, others with their capital. */
const smallCountry = 60

type Atlas = Awaited<ReturnType<typeof readAtlas>>

/** Fills the atlas: all countries, few of the places. */
export async function loadAtlas(repositories: Repositories<typeof models>): Promise<void> {
  const rows = await readAtlas()
  await repositories.Language.createAll([...rows.Language])
  await repositories.Currency.createAll([...rows.Currency])
  await repositories.SpokenLanguage.createAll(rows.SpokenLanguage)
  await repositories.CountryCurrency.createAll(rows.CountryCurrency)
  await repositories.Border.createAll(rows.Border)
  await repositories.City.createAll(choosePlaces(rows))
  await repositories.Country.createAll(rows.Country)
}

function choosePlaces({ City, Country }: Atlas): Atlas['City'] {
  const capitals = new Map(Country.map(({ code, capital }) => [code, capital]))
  const places = new Map<string, number>()
  for (const { countryCode } of City) places.set(countryCode, (places.get(countryCode) ?? 0) + 1)
  return City.filter(
    ({ name, countryCode }) =>
      (places.get(countryCode) ?? 0) <= smallCountry || capitals.get(countryCode) === name,
  )
}
