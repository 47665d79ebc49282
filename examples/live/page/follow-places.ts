import type { Change, Client } from 'viaduct/client'
import type { Api, City } from '../api.ts'

/** A place as the list shows it. */
export type ListedPlace = Pick<City, 'id' | 'name'>

/** What happened to a place while the page looked. */
export type PlaceChange = 'new' | 'changed'

/** What a follower tells; `places` is its own, by id. */
export type PlacesChanged = (
  places: ReadonlyMap<number, ListedPlace>,
  changes: ReadonlyMap<number, PlaceChange>,
) => void

/** Milliseconds until a failed list is read again. */
const againMs = 1000

/**
 * Tells the places of a country now and after every change, until the signal aborts. A session the server has forgotten
 * ends the changes: the list is read again.
 */
export async function followPlaces(
  api: Client<Api>,
  countryCode: string,
  signal: AbortSignal,
  tell: PlacesChanged,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await followOnce(api, countryCode, signal, tell)
    } catch {
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}

async function followOnce(
  api: Client<Api>,
  countryCode: string,
  signal: AbortSignal,
  tell: PlacesChanged,
): Promise<void> {
  // places of all countries are watched: one that moves elsewhere has to leave the list
  const stream = api.City.watch({ fields: ['id', 'name', 'countryCode'] }, { signal })
  const events = stream[Symbol.asyncIterator]()
  // the first change is asked for ahead of the rows: none falls between the two
  let next = events.next()
  next.catch(() => {})
  try {
    const filter = { where: { countryCode }, fields: ['id', 'name'], order: 'name' } as const
    const rows = await api.City.find(filter, { signal })
    const places = new Map<number, ListedPlace>(rows.map((row) => [row.id, row]))
    const changes = new Map<number, PlaceChange>()
    tell(places, changes)
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      next = events.next()
      next.catch(() => {})
      if (!apply(value, countryCode, places, changes)) return
      tell(places, changes)
    }
  } finally {
    await events.return?.()
  }
}

/** False when the change does not say enough: the list has to be read again. */
function apply(
  { type, target, data = {} }: Change<City>,
  countryCode: string,
  places: Map<number, ListedPlace>,
  changes: Map<number, PlaceChange>,
): boolean {
  if (type === 'reset' || target === undefined) return false
  const known = places.get(target)
  const isHere = (data.countryCode ?? (known && countryCode)) === countryCode
  if (type === 'remove' || !isHere) {
    places.delete(target)
    changes.delete(target)
    return true
  }
  const name = data.name ?? known?.name
  if (name === undefined) return false
  changes.set(target, known === undefined ? 'new' : (changes.get(target) ?? 'changed'))
  places.set(target, { id: target, name })
  return true
}
