import Router from '@koa/router'
import { createApp } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { websocket } from 'viaduct/transports/websocket'
import { methods } from '../atlas/methods.ts'
import { models } from '../atlas/models.ts'
import { census } from './census.ts'
import { dropConnections } from './drop-connections.ts'

/** Where the page is added; asked for everything that is no shared method. */
export const pages = new Router()

const socket = websocket()

/** The atlas over REST and WebSocket, on one port; not started yet. */
export const app = createApp({
  models,
  methods: {
    ...methods,
    Country: { ...methods.Country, census },
    Server: { dropConnections: dropConnections(socket) },
  },
  dataSources: { atlas: memory() },
}).install(rest({ path: '/api', routers: [pages] }), socket)
