import { drawPicture } from '../report/picture.mjs'
import { formatMarkdownTable, formatTextTable } from '../report/table.mjs'
import { writeBetween, writeFiles } from '../report/write.mjs'
import { peers } from './peers.mjs'
import { works } from './work.mjs'

const titles = new Map(peers.map(({ id, title }) => [id, title]))
const isOwn = (peer) => peer.startsWith('viaduct')
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 3 })
const format = (value, by = number) => (value === undefined ? '–' : by.format(value))
const times = (value) => (value === undefined ? '–' : `${value.toFixed(2)}×`)

/** Columns of works a to d: heading and reader. */
const rateColumns = [
  ['calls/s', (row) => format(row.callsPerSecond)],
  ['rate to ws', (row) => times(row.rateToFloor)],
  ['server CPU µs/call', (row) => format(row.serverCpuMicroseconds)],
  ['server CPU to ws', (row) => times(row.serverCpuToFloor)],
  [
    'client CPU µs/call',
    (row) =>
      row.bothCpuMicroseconds === undefined
        ? format(row.clientCpuMicroseconds)
        : `both ${format(row.bothCpuMicroseconds)}`,
  ],
  ['p50 ms', (row) => format(row.p50Ms, fine)],
  ['p50 to ws', (row) => times(row.p50ToFloor)],
  ['p99 ms', (row) => format(row.p99Ms, fine)],
]
const memoryColumns = [
  ['resident KiB/connection', (row) => format(row.residentKiB)],
  ['beyond ws, KiB', (row) => format(row.beyondFloorKiB)],
  ['of it heap and buffers, KiB', (row) => format(row.heapKiB)],
]

function readLines(work, rows) {
  const columns = work === 'e' ? memoryColumns : rateColumns
  const lines = rows.map((row) => [
    titles.get(row.peer),
    ...columns.map(([, read]) => (row.error === undefined ? read(row) : 'not measured')),
  ])
  return [['', ...columns.map(([heading]) => heading)], ...lines]
}

const titleOf = (work, { conditions }) =>
  work === 'e' ? `memory of ${number.format(conditions.idle)} idle connections` : works[work].title

/** The report as aligned text, one table per work. */
export function formatText(report) {
  return Object.entries(report.works)
    .map(
      ([work, rows]) =>
        `${work}: ${titleOf(work, report)}\n${formatTextTable(readLines(work, rows))}\n`,
    )
    .join('\n')
}

function rateBars(rows) {
  return rows
    .filter(({ error, bothCpuMicroseconds }) => error === undefined && !bothCpuMicroseconds)
    .map(({ peer, callsPerSecond, serverCpuMicroseconds }) => ({
      name: titles.get(peer),
      isOwn: isOwn(peer),
      value: callsPerSecond,
      label: `${number.format(callsPerSecond)} · ${number.format(serverCpuMicroseconds)} µs`,
    }))
    .sort((left, right) => right.value - left.value)
}

function memoryBars(rows) {
  return rows
    .filter(({ error }) => error === undefined)
    .map(({ peer, residentKiB }) => ({
      name: titles.get(peer),
      isOwn: isOwn(peer),
      value: residentKiB,
      label: `${number.format(residentKiB)} KiB`,
    }))
    .sort((left, right) => left.value - right.value)
}

function describe({ conditions }) {
  const { measuredAt, node, rounds, seconds } = conditions
  return `${measuredAt.slice(0, 10)} · Node ${node} · one core for the server, one for the client · better quartile of ${rounds} rounds of ${seconds} s`
}

/** The report as an SVG picture, a panel for each work. */
function drawChart(report) {
  return drawPicture({
    heading: 'Viaduct over WebSocket and its peers',
    note: describe(report),
    label: 'Viaduct over WebSocket beside its peers: calls per second and memory per connection',
    panels: Object.entries(report.works).map(([work, rows]) => ({
      title: `${work}  ${titleOf(work, report)}`,
      axis:
        work === 'e'
          ? 'resident KiB per connection, less is better'
          : 'calls per second, more is better · server CPU per call',
      bars: work === 'e' ? memoryBars(rows) : rateBars(rows),
    })),
  })
}

/** Writes `duplex.json` and `duplex.svg`. */
export function writeResults(report, folder) {
  const names = { report: 'duplex.json', picture: 'duplex.svg' }
  return writeFiles(report, drawChart(report), names, folder)
}

/** Puts the tables into the README. */
export async function writeReadme(report) {
  const { measuredAt, node, rounds, seconds } = report.conditions
  const how = `Measured on ${measuredAt.slice(0, 10)} with Node ${node}: better quartile of ${rounds} rounds of ${seconds} s.`
  const tables = Object.entries(report.works).map(
    ([work, rows]) =>
      `**${work}: ${titleOf(work, report)}**\n\n${formatMarkdownTable(readLines(work, rows))}\n`,
  )
  await writeBetween('duplex', [`${how}\n`, ...tables].join('\n'))
}
