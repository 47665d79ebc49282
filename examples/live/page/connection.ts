import type { ChannelState, Client } from 'viaduct/client'
import type { Api } from '../api.ts'
import { byId } from './element.ts'
import { note, noteFailure } from './notes.ts'

/** Keeps the banner at what the client says of its connection, and lets the visitor cut it. */
export function showConnection(api: Client<Api>): void {
  const banner = byId('banner')
  let lostAt: number | undefined
  api.$state((state) => {
    const text = textOf(state, lostAt)
    if (state.kind === 'reconnecting') lostAt ??= performance.now()
    else if (state.kind === 'open') lostAt = undefined
    banner.textContent = text
    banner.dataset['state'] = state.kind
    note(state.kind, text)
  })
  byId('drop').addEventListener('click', () => {
    api.Server.dropConnections().catch(noteFailure)
  })
}

function textOf(state: ChannelState, lostAt: number | undefined): string {
  switch (state.kind) {
    case 'open':
      return lostAt === undefined
        ? 'Connected.'
        : `Connected again after ${Math.ceil(performance.now() - lostAt)} ms.`
    case 'reconnecting':
      return `The connection is lost. Trying again (${state.attempt}) …`
    case 'gap':
      return 'The server forgot this page: lists are read again, streams have failed.'
    case 'closed':
      return 'Closed. Reload the page.'
  }
}
