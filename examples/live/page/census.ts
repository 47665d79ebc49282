import type { Client } from 'viaduct/client'
import type { Api } from '../api.ts'
import { byId, messageOf } from './element.ts'

const numbers = new Intl.NumberFormat('en')

/** Milliseconds the server waits after each country. */
const pauseMs = 20

/** Lets the visitor start and stop the census, one at a time. */
export function addCensus(api: Client<Api>): void {
  const [count, stop] = [byId('count'), byId('stop')]
  let leaving = new AbortController()
  count.addEventListener('click', () => {
    leaving = new AbortController()
    count.disabled = true
    stop.disabled = false
    void runCensus(api, leaving.signal).finally(() => {
      count.disabled = false
      stop.disabled = true
    })
  })
  stop.addEventListener('click', () => leaving.abort())
}

async function runCensus(api: Client<Api>, signal: AbortSignal): Promise<void> {
  const [progress, report] = [byId('progress'), byId('census')]
  const say = (state: string, text: string) => {
    report.dataset['state'] = state
    report.textContent = text
  }
  let expected = 1
  let holes = 0
  let last = ''
  try {
    for await (const step of api.Country.census({ pauseMs }, { signal })) {
      if (step.done !== expected) holes++
      expected = step.done + 1
      progress.setAttribute('max', `${step.total}`)
      progress.setAttribute('value', `${step.done}`)
      last = `${step.done} of ${step.total} countries, ${numbers.format(step.people)} people`
      say('running', `${last}: ${step.country}`)
    }
    say('done', `${last}. ${holes === 0 ? 'No item is missing.' : `${holes} holes.`}`)
  } catch (error) {
    if (signal.aborted) say('stopped', `Stopped after ${last}.`)
    else say('failed', `Failed after ${last}: ${messageOf(error)}`)
  }
}
