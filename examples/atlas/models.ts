import { defineModel } from 'viaduct'
import { z } from 'zod'

/** A country or territory, by its ISO 3166-1 alpha-2 code. */
export const Country = defineModel('Country', {
  properties: {
    code: { type: z.string().length(2), id: true },
    name: { type: z.string(), index: true },
    officialName: z.string(),
    region: { type: z.string(), index: true },
    subregion: z.string().optional(),
    capital: z.string().optional(),
    /** Square kilometres; negative where the source does not know it. */
    area: z.number(),
    /** World Bank, 2018; absent for territories without a figure of their own. */
    population: { type: z.int().optional(), index: true },
    landlocked: z.boolean(),
    independent: z.boolean().optional(),
    unMember: z.boolean(),
    location: 'geopoint',
    flag: z.string(),
    callingCodes: z.array(z.string()),
  },
  relations: {
    cities: { hasMany: 'City', foreignKey: 'countryCode' },
    borders: { hasMany: 'Border', foreignKey: 'fromCode' },
    languages: { hasMany: 'SpokenLanguage', foreignKey: 'countryCode' },
    currencies: { hasMany: 'CountryCurrency', foreignKey: 'countryCode' },
  },
  strict: true,
})

/** A populated place of the GeoNames gazetteer. */
export const City = defineModel('City', {
  properties: {
    id: { type: z.int(), id: true },
    name: { type: z.string(), index: true },
    location: { type: 'geopoint', required: true },
    /** First-order division, GeoNames code. */
    admin1: z.string().optional(),
    admin2: z.string().optional(),
    countryCode: { type: z.string().length(2), index: true },
  },
  relations: { country: { belongsTo: 'Country', foreignKey: 'countryCode' } },
  strict: true,
})

/** A land border, once for each side. */
export const Border = defineModel('Border', {
  properties: {
    fromCode: { type: z.string().length(2), index: true },
    toCode: { type: z.string().length(2), index: true },
  },
  relations: {
    from: { belongsTo: 'Country', foreignKey: 'fromCode' },
    to: { belongsTo: 'Country', foreignKey: 'toCode' },
  },
  strict: true,
})

/** A language, by its ISO 639-3 code. */
export const Language = defineModel('Language', {
  properties: {
    code: { type: z.string().length(3), id: true },
    name: { type: z.string(), index: true },
  },
  relations: { countries: { hasMany: 'SpokenLanguage', foreignKey: 'languageCode' } },
  strict: true,
})

/** A language of a country. */
export const SpokenLanguage = defineModel('SpokenLanguage', {
  properties: {
    countryCode: { type: z.string().length(2), index: true },
    languageCode: { type: z.string().length(3), index: true },
  },
  relations: {
    country: { belongsTo: 'Country', foreignKey: 'countryCode' },
    language: { belongsTo: 'Language', foreignKey: 'languageCode' },
  },
  strict: true,
})

/** A currency, by its ISO 4217 code. */
export const Currency = defineModel('Currency', {
  properties: {
    code: { type: z.string().length(3), id: true },
    name: z.string(),
    symbol: z.string(),
  },
  relations: { countries: { hasMany: 'CountryCurrency', foreignKey: 'currencyCode' } },
  strict: true,
})

/** A currency of a country. */
export const CountryCurrency = defineModel('CountryCurrency', {
  properties: {
    countryCode: { type: z.string().length(2), index: true },
    currencyCode: { type: z.string().length(3), index: true },
  },
  relations: {
    country: { belongsTo: 'Country', foreignKey: 'countryCode' },
    currency: { belongsTo: 'Currency', foreignKey: 'currencyCode' },
  },
  strict: true,
})

export const models = {
  Country,
  City,
  Border,
  Language,
  SpokenLanguage,
  Currency,
  CountryCurrency,
}
