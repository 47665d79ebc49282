import { peers } from '../peers.mjs'
import { modelCounts } from '../runner/start-up.mjs'
import { works } from '../work/requests.mjs'
import { drawPicture } from './picture.mjs'

const titles = new Map(peers.map(({ id, title }) => [id, title]))
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

const byValue = (direction) => (left, right) => direction * (left.value - right.value)

function ratePanel(work, rows) {
  const bars = rows
    .filter(({ error }) => error === undefined)
    .map(({ peer, requestsPerSecond, cpuMicroseconds }) => ({
      name: titles.get(peer),
      isOwn: peer === 'viaduct',
      value: requestsPerSecond,
      label: `${number.format(requestsPerSecond)} · ${number.format(cpuMicroseconds)} µs`,
    }))
  return {
    title: `${work}  ${works[work].title}`,
    axis: 'requests per second, more is better · server CPU per request',
    bars: bars.sort(byValue(-1)),
  }
}

function startUpPanels(rows) {
  const measured = rows.filter(({ error }) => error === undefined)
  const panel = (title, axis, read, unit) => ({
    title,
    axis,
    bars: measured
      .map(({ peer, models }) => ({
        name: titles.get(peer),
        isOwn: peer === 'viaduct',
        value: read(models.at(-1)),
      }))
      .map((bar) => ({ ...bar, label: `${number.format(bar.value)} ${unit}` }))
      .sort(byValue(1)),
  })
  const count = number.format(modelCounts.at(-1))
  return [
    panel(
      `e  start to first answer, ${count} models`,
      'milliseconds, less is better',
      (at) => at.startUpMs,
      'ms',
    ),
    panel(
      `e  memory after it, ${count} models`,
      'resident MiB, less is better',
      (at) => at.rssMiB,
      'MiB',
    ),
  ]
}

/** How the figures came about, and who is missing from them. */
function describe({ conditions, works: results }) {
  const { node, connections, rounds, seconds, measuredAt } = conditions
  const failed = Object.values(results).flatMap((rows) =>
    rows.filter(({ error }) => error !== undefined).map(({ peer }) => titles.get(peer)),
  )
  const missing = failed.length > 0 ? ` · not measured: ${[...new Set(failed)].join(', ')}` : ''
  return `${measuredAt.slice(0, 10)} · Node ${node} · one core for the server · ${connections} connections · median of ${rounds} rounds of ${seconds} s${missing}`
}

/** The report as an SVG picture: a panel for each work, two for start-up. */
export function drawChart(report) {
  return drawPicture({
    heading: 'Viaduct and its peers',
    note: describe(report),
    label: 'Viaduct beside other frameworks: requests per second, start-up time and memory',
    panels: Object.entries(report.works).flatMap(([work, rows]) =>
      work === 'e' ? startUpPanels(rows) : [ratePanel(work, rows)],
    ),
  })
}
