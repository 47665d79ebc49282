import type { Client } from 'viaduct/client'
import type { Api, Country } from '../api.ts'
import { button, byId, element, type PageElement } from './element.ts'
import { noteFailure } from './notes.ts'

const numbers = new Intl.NumberFormat('en')

/** A country as the table shows it. */
type ListedCountry = Pick<Country, 'code' | 'name' | 'capital' | 'population'>

/** Called with the country the visitor chose. */
export type CountryChosen = (country: { readonly code: string; readonly name: string }) => void

/** Fills the regions and shows the countries of one. */
export async function showCountries(api: Client<Api>, chosen: CountryChosen): Promise<void> {
  const regions = await api.Country.populationByRegion()
  const select = byId('regions')
  select.append(...regions.map(({ region }) => element('option', {}, region)))
  select.value = 'Europe'
  const show = async () => {
    const region = regions.find((each) => each.region === select.value)
    byId('region').textContent =
      region === undefined ? '' : `${numbers.format(region.population)} people`
    const countries = await api.Country.find({
      where: { region: select.value },
      order: 'name',
      fields: ['code', 'name', 'capital', 'population'],
    })
    showRows(countries, chosen)
  }
  select.addEventListener('change', () => void show().catch(noteFailure))
  await show()
}

function showRows(countries: readonly ListedCountry[], chosen: CountryChosen): void {
  const rows = new Map<string, PageElement>()
  const choose = (country: ListedCountry) => {
    for (const [code, row] of rows) {
      if (code === country.code) row.setAttribute('aria-current', 'true')
      else row.removeAttribute('aria-current')
    }
    chosen(country)
  }
  for (const country of countries) rows.set(country.code, rowOf(country, choose))
  byId('countries').replaceChildren(...rows.values())
  const first = countries.find(({ code }) => code === 'IS') ?? countries[0]
  if (first !== undefined) choose(first)
}

function rowOf(country: ListedCountry, choose: (country: ListedCountry) => void): PageElement {
  const { name, capital = '', population } = country
  return element(
    'tr',
    {},
    element(
      'td',
      {},
      button(name, `Places of ${name}`, () => choose(country)),
    ),
    element('td', {}, capital),
    element('td', { class: 'number' }, population === undefined ? '' : numbers.format(population)),
  )
}
