const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

const panelWidth = 520
const labelWidth = 124
const valueWidth = 130
const barWidth = panelWidth - labelWidth - valueWidth
const barHeight = 18
const rowHeight = 24
const panelHead = 34
const panelFoot = 60
const gap = 32
const margin = 24
const titleHeight = 72

/** The picture follows the reader's light or dark mode, also inside an <img>; viewers without media queries show the light one. */
const style = `
  text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; font-size: 12px; fill: #1c2430; }
  .title { font-size: 19px; font-weight: 600; }
  .panel { font-size: 14px; font-weight: 600; }
  .own-name { font-weight: 700; }
  .soft { fill: #5b6675; font-size: 11px; }
  .paper { fill: #ffffff; }
  .value { stroke: #ffffff; stroke-width: 3px; paint-order: stroke; }
  .bar { fill: #8fa3bb; }
  .own { fill: #c2410c; }
  .axis { stroke: #d5dae1; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf3; }
    .soft { fill: #a3afbd; }
    .paper { fill: #10151c; }
    .value { stroke: #10151c; }
    .bar { fill: #56708e; }
    .own { fill: #fb923c; }
    .axis { stroke: #2d3742; }
  }`

const escapeText = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const text = (x, y, content, attributes = '') =>
  `<text x="${x}" y="${y}" ${attributes}>${escapeText(content)}</text>`
const line = (x1, y1, x2, y2) => `<line class="axis" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`

/** The smallest of 1, 2, 2.5, 5, 10 × 10ⁿ that is at least a quarter of the highest value. */
function stepOf(highest) {
  const power = 10 ** Math.floor(Math.log10(highest / 4))
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step * 4 >= highest)
}

function drawAxis(x, y, height, step) {
  const ticks = [0, 1, 2, 3, 4].map((index) => {
    const at = x + (barWidth * index) / 4
    const label = step * index >= 10_000 ? `${(step * index) / 1000}k` : number.format(step * index)
    return (
      line(at, y, at, y + height + 4) +
      text(at, y + height + 17, label, 'class="soft" text-anchor="middle"')
    )
  })
  return ticks.join('\n')
}

/** One panel: horizontal bars from zero, the best on top, each with its value written behind it. */
function drawPanel({ title, axis, bars }, left, top) {
  const x = left + labelWidth
  const y = top + panelHead
  const height = bars.length * rowHeight
  const step = stepOf(Math.max(...bars.map(({ value }) => value)))
  const rows = bars.map(({ name, isOwn, value, label }, index) => {
    const rowTop = y + index * rowHeight + (rowHeight - barHeight) / 2
    const width = Math.max(1, (value / (step * 4)) * barWidth).toFixed(1)
    const middle = rowTop + barHeight / 2 + 4
    const nameStyle = `text-anchor="end"${isOwn ? ' class="own-name"' : ''}`
    return [
      text(x - 8, middle, name, nameStyle),
      `<rect class="${isOwn ? 'own' : 'bar'}" x="${x}" y="${rowTop}" width="${width}" height="${barHeight}" rx="2"/>`,
      text(x + Number(width) + 6, middle, label, 'class="value"'),
    ].join('\n')
  })
  return [
    text(left, top + 18, title, 'class="panel"'),
    drawAxis(x, y, height, step),
    ...rows,
    text(x + barWidth / 2, y + height + 34, axis, 'class="soft" text-anchor="middle"'),
  ].join('\n')
}

/**
 * Panels of bars as an SVG picture, two beside each other. `label` is what a reader who sees no pictures is told.
 *
 * Shape of a panel: `{ title, axis, bars: [{ name: 'Fastify', isOwn: false, value: 50671, label: '50,671' }] }`.
 */
export function drawPicture({ heading, note, label, panels }) {
  const shown = panels.filter(({ bars }) => bars.length > 0)
  const heights = shown.map(({ bars }) => panelHead + bars.length * rowHeight + panelFoot)
  const columns = Math.min(2, shown.length)
  const width = margin * 2 + columns * panelWidth + (columns - 1) * gap
  const drawn = []
  let top = titleHeight
  for (let index = 0; index < shown.length; index += columns) {
    for (let column = 0; column < columns && index + column < shown.length; column++) {
      const left = margin + column * (panelWidth + gap)
      drawn.push(drawPanel(shown[index + column], left, top))
    }
    top += Math.max(...heights.slice(index, index + columns))
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img" aria-label="${escapeText(label)}">
<style>${style}
</style>
<rect width="${width}" height="${top}" rx="8" class="paper"/>
${text(margin, 34, heading, 'class="title"')}
${text(margin, 54, note, 'class="soft"')}
${drawn.join('\n')}
</svg>
`
}
