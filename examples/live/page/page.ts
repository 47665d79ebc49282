import { type Client, createClient, websocketDialer } from 'viaduct/client'
import { type Api, api as description } from '../api.ts'
import { addCensus } from './census.ts'
import { showConnection } from './connection.ts'
import { showCountries } from './countries.ts'
import { browser } from './element.ts'
import { noteFailure } from './notes.ts'
import { showPlaces } from './places.ts'

/** Every call of the page goes over this one WebSocket. */
const api: Client<Api> = createClient<Api>(
  websocketDialer(browser.location.origin.replace(/^http/, 'ws'), { api: description }),
)

showConnection(api)
addCensus(api)
const show = showPlaces(api)
showCountries(api, show).catch(noteFailure)
