import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drawChart } from './chart.mjs'
import { formatMarkdown } from './table.mjs'

const readmePath = fileURLToPath(new URL('../README.md', import.meta.url))
const defaultFolder = fileURLToPath(new URL('../results/', import.meta.url))

/** Writes a report and its picture into a folder, `results/` unless told otherwise. */
export async function writeFiles(report, picture, names, folder = defaultFolder) {
  const path = folder.endsWith('/') ? folder : `${folder}/`
  await mkdir(path, { recursive: true })
  await writeFile(`${path}${names.report}`, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(`${path}${names.picture}`, picture)
}

/** Writes `latest.json` and `chart.svg`. */
export function writeResults(report, folder) {
  const names = { report: 'latest.json', picture: 'chart.svg' }
  return writeFiles(report, drawChart(report), names, folder)
}

/** Puts a text between two marks of the README, `<!-- figures:start -->` and `<!-- figures:end -->` for `figures`. */
export async function writeBetween(mark, text) {
  const [start, end] = [`<!-- ${mark}:start -->`, `<!-- ${mark}:end -->`]
  const readme = await readFile(readmePath, 'utf8')
  const before = readme.slice(0, readme.indexOf(start) + start.length)
  const after = readme.slice(readme.indexOf(end))
  await writeFile(readmePath, `${before}\n\n${text}\n${after}`)
}

/** Puts the tables into the README. */
export async function writeReadme(report) {
  const { measuredAt, node, connections, rounds, seconds } = report.conditions
  const how = `Measured on ${measuredAt.slice(0, 10)} with Node ${node}: ${connections} connections, median of ${rounds} rounds of ${seconds} s.`
  await writeBetween('figures', `${how}\n\n${formatMarkdown(report)}`)
}
