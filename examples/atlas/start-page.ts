/** One route as the page lists it. */
export interface PageRoute {
  readonly verb: string
  readonly path: string
  /** `City.nearest` */
  readonly method: string
  readonly description?: string | undefined
}

/** Calls worth trying first; paths below the mount point. */
const examples: readonly (readonly [path: string, text: string])[] = [
  [
    '/Cities/nearest?lat=48.8566&lng=2.3522&limit=5',
    'the five places nearest to the middle of Paris',
  ],
  ['/Countries/populationByRegion', 'people, countries and area by region'],
  ['/Countries/CH/neighbours', 'who Switzerland borders'],
  ['/Languages/fra/speakers', 'where French is spoken'],
  [
    '/Countries?filter={"where":{"population":{"gt":100000000}},"order":"population DESC","fields":["name","population"]}',
    'countries of more than a hundred million people',
  ],
  [
    '/Countries/IS?filter={"include":{"relation":"cities","scope":{"limit":5,"order":"name"}}}',
    'Iceland with five of its cities',
  ],
  ['/Cities/count?where={"countryCode":"BR"}', 'how many places of Brazil are listed'],
  ['/Cities/walk?country=LI', 'every place of Liechtenstein as a stream of events'],
]

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** The page at `/`: what the server holds, links that work, how to call it with curl. */
export function startPage(base: string, mount: string, routes: readonly PageRoute[]): string {
  const links = examples.map(([path, text]) => {
    const href = mount + encodeURI(path)
    return `<li><a href="${escapeHtml(href)}">${escapeHtml(text)}</a><br><code>curl -g '${escapeHtml(base + mount + path)}'</code></li>`
  })
  const rows = routes.map(({ verb, path, method, description }) => {
    const isCall = verb === 'get' && !path.includes(':') && !/nearest|walk/.test(path)
    const href = method.endsWith('.find') ? `${path}?filter={"limit":20}` : path
    const shown = isCall
      ? `<a href="${escapeHtml(encodeURI(href))}">${escapeHtml(path)}</a>`
      : escapeHtml(path)
    return `<tr><td>${escapeHtml(verb.toUpperCase())}</td><td>${shown}</td><td>${escapeHtml(method)}</td><td>${escapeHtml(description ?? '')}</td></tr>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Atlas</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
code { font-size: 85%; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; font-size: 90% }
td { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .25rem .5rem; vertical-align: top }
li { margin-bottom: .5rem }
</style>
<h1>Atlas</h1>
<p>250 countries with their languages, currencies and borders, and some 170,000 cities with coordinates, served by
Viaduct from memory and kept in a journal on disk.</p>
<h2>Try</h2>
<ul>
${links.join('\n')}
</ul>
<p>Create, read and delete with curl:</p>
<pre><code>curl -X POST ${escapeHtml(base + mount)}/Languages -H 'Content-Type: application/json' -d '{"code":"tlh","name":"Klingon"}'
curl ${escapeHtml(base + mount)}/Languages/tlh
curl -X DELETE ${escapeHtml(base + mount)}/Languages/tlh</code></pre>
<h2>Endpoints</h2>
<table>
${rows.join('\n')}
</table>
</html>
`
}
