import type { Client } from 'viaduct/client'
import type { Api } from '../api.ts'
import type { CountryChosen } from './countries.ts'
import { browser, button, byId, element, type PageElement } from './element.ts'
import { followPlaces, type ListedPlace, type PlaceChange } from './follow-places.ts'
import { noteFailure } from './notes.ts'

/** Shows the places of the chosen country, as they are at every moment. */
export function showPlaces(api: Client<Api>): CountryChosen {
  let country = { code: '', name: '' }
  let leaving = new AbortController()
  byId('add').addEventListener('submit', (event) => {
    event.preventDefault()
    const field = byId('name')
    const name = field.value.trim()
    if (name === '' || country.code === '') return
    field.value = ''
    addPlace(api, country.code, name).catch(noteFailure)
  })
  return (chosen) => {
    leaving.abort()
    leaving = new AbortController()
    country = chosen
    byId('places-title').textContent = `Places of ${chosen.name}`
    void followPlaces(api, chosen.code, leaving.signal, (places, changes) => {
      byId('places-state').textContent = `${places.size} places, ${changes.size} changed meanwhile`
      byId('places').replaceChildren(
        ...inOrder(places, changes).map((place) => itemOf(api, place, changes.get(place.id))),
      )
    })
  }
}

async function addPlace(api: Client<Api>, countryCode: string, name: string): Promise<void> {
  const { location } = (await api.Country.findById(countryCode, { fields: ['location'] })) ?? {}
  await api.City.create({
    id: Date.now(),
    name,
    countryCode,
    location: location ?? { lat: 0, lng: 0 },
  })
}

/** What changed comes first, the rest by name. */
function inOrder(
  places: ReadonlyMap<number, ListedPlace>,
  changes: ReadonlyMap<number, PlaceChange>,
): ListedPlace[] {
  const changed = (place: ListedPlace) => (changes.has(place.id) ? 0 : 1)
  return [...places.values()].sort(
    (a, b) => changed(a) - changed(b) || a.name.localeCompare(b.name),
  )
}

function itemOf(
  api: Client<Api>,
  { id, name }: ListedPlace,
  change: PlaceChange | undefined,
): PageElement {
  const rename = () => {
    const answer = browser.prompt('Name of the place', name)?.trim()
    if (answer) api.City.update(id, { name: answer }).catch(noteFailure)
  }
  const remove = () => {
    api.City.delete(id).catch(noteFailure)
  }
  return element(
    'li',
    { 'data-id': `${id}`, ...(change === undefined ? {} : { 'data-change': change }) },
    element('span', {}, name),
    ...(change === undefined ? [] : [element('small', {}, change)]),
    button('Rename', `Rename ${name}`, rename),
    button('Remove', `Remove ${name}`, remove),
  )
}
