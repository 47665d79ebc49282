import { peers } from '../peers.mjs'
import { modelCounts } from '../runner/start-up.mjs'
import { works } from '../work/requests.mjs'

const titles = new Map(peers.map(({ id, title }) => [id, title]))
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const absent = 'not measured'
const cell = (value) =>
  value === undefined ? '–' : typeof value === 'number' ? number.format(value) : value
const times = (value) => (value === undefined ? undefined : `${value.toFixed(2)}×`)

/** Columns of works a to d: heading and reader. */
const rateColumns = [
  ['requests/s', (row) => row.requestsPerSecond],
  ['server CPU µs/request', (row) => row.cpuMicroseconds],
  ['rate to Fastify', (row) => times(row.rateToFastify)],
  ['CPU to Fastify', (row) => times(row.cpuToFastify)],
  ['rate to node:http', (row) => times(row.rateToRaw)],
  ['CPU to node:http', (row) => times(row.cpuToRaw)],
  ['p99 ms', (row) => row.p99Ms],
]

const columnsOf = (unit, read) =>
  modelCounts.map((count, index) => [
    `${number.format(count)} models, ${unit}`,
    (row) => read(row.models[index]),
  ])
const startUpColumns = [
  ...columnsOf('ms', ({ startUpMs }) => startUpMs),
  ...columnsOf('MiB', ({ rssMiB }) => rssMiB),
]

function readRows(work, rows) {
  const columns = work === 'e' ? startUpColumns : rateColumns
  const head = ['', ...columns.map(([heading]) => heading)]
  const lines = rows.map((row) => [
    titles.get(row.peer),
    ...columns.map(([, read]) => (row.error === undefined ? cell(read(row)) : absent)),
  ])
  return [head, ...lines]
}

/** Cells of one column made equally long: the first column starts, the others end at the same place. */
function alignRows(lines) {
  const widths = lines[0].map((_, column) =>
    Math.max(3, ...lines.map((line) => line[column].length)),
  )
  const aligned = lines.map((line) =>
    line.map((text, column) =>
      column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]),
    ),
  )
  return { widths, aligned }
}

/** Rows of cells, the first of them the heading, as aligned text. */
export function formatTextTable(lines) {
  return alignRows(lines)
    .aligned.map((line) => line.join('  '))
    .join('\n')
}

/** Rows of cells, the first of them the heading, as a Markdown table. */
export function formatMarkdownTable(lines) {
  const { widths, aligned } = alignRows(lines)
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  const [head, ...rest] = aligned
  return [head, rule, ...rest].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/** The report as aligned text, one table per work. */
export function formatText({ works: results }) {
  return Object.entries(results)
    .map(([work, rows]) => {
      const table = formatTextTable(readRows(work, rows))
      return `${work}: ${works[work].title}\n${table}\n`
    })
    .join('\n')
}

/** The report as Markdown tables, for the README. */
export function formatMarkdown({ works: results }) {
  return Object.entries(results)
    .map(([work, rows]) => {
      const table = formatMarkdownTable(readRows(work, rows))
      return `**${work}: ${works[work].title}**\n\n${table}\n`
    })
    .join('\n')
}
