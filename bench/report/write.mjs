import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drawChart } from './chart.mjs'
import { formatMarkdown } from './table.mjs'

const readmePath = fileURLToPath(new URL('../README.md', import.meta.url))
const defaultFolder = fileURLToPath(new URL('../results/', import.meta.url))

/** Writes `latest.json` and `chart.svg` into a folder, `results/` unless told otherwise. */
export async function writeResults(report, folder = defaultFolder) {
  const path = folder.endsWith('/') ? folder : `${folder}/`
  await mkdir(path, { recursive: true })
  await writeFile(`${path}latest.json`, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(`${path}chart.svg`, drawChart(report))
}

/** Puts the tables between the two marks of the README. */
export async function writeReadme(report) {
  const [start, end] = ['<!-- figures:start -->', '<!-- figures:end -->']
  const readme = await readFile(readmePath, 'utf8')
  const before = readme.slice(0, readme.indexOf(start) + start.length)
  const after = readme.slice(readme.indexOf(end))
  const { measuredAt, node, connections, rounds, seconds } = report.conditions
  const how = `Measured on ${measuredAt.slice(0, 10)} with Node ${node}: ${connections} connections, median of ${rounds} rounds of ${seconds} s.`
  await writeFile(readmePath, `${before}\n\n${how}\n\n${formatMarkdown(report)}\n${after}`)
}
