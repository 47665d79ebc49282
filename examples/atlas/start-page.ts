/** One route as the page lists it. */
export interface PageRoute {
  readonly verb: string
  readonly path: string
  /** `City.nearest` */
  readonly method: string
  readonly description: string
}

/** What the page shows. */
export interface Page {
  /** Where the browser found it: `http://localhost:3000`. */
  readonly base: string
  /** Where the API is mounted: `/api`. */
  readonly mount: string
  readonly routes: readonly PageRoute[]
  /** Rows so far; without countries the atlas is still being loaded. */
  readonly countries: number
  readonly cities: number
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
  ['/Cities/walk?country=LI&_format=ndjson', 'the same as lines of JSON'],
]

/** Verbs in the order they are read: look first, then change. */
const verbOrder = ['get', 'head', 'post', 'put', 'patch', 'delete']

/** Methods that answer only with arguments. */
const needsArguments = /nearest|walk/

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A shell command; a URL with a space in it is refused by curl, everything else may stand there as it is. */
function curlOf(url: string): string {
  return `curl -g '${url.replaceAll(' ', '%20')}'`
}

function exampleItem({ base, mount }: Page, path: string, text: string): string {
  const link = `<a href="${escapeHtml(mount + encodeURI(path))}">${escapeHtml(text)}</a>`
  return `<li>${link}<br><code>${escapeHtml(curlOf(base + mount + path))}</code></li>`
}

function byClassAndVerb(a: PageRoute, b: PageRoute): number {
  const [classOfA = '', classOfB = ''] = [a, b].map(({ method }) => method.split('.')[0])
  return (
    classOfA.localeCompare(classOfB) ||
    verbOrder.indexOf(a.verb) - verbOrder.indexOf(b.verb) ||
    a.path.localeCompare(b.path)
  )
}

function routeRow({ verb, path, method, description }: PageRoute): string {
  const isLink = verb === 'get' && !path.includes(':') && !needsArguments.test(path)
  const href = method.endsWith('.find') ? `${path}?filter={"limit":20}` : path
  const shown = isLink
    ? `<a href="${escapeHtml(encodeURI(href))}">${escapeHtml(path)}</a>`
    : escapeHtml(path)
  const cells = [verb.toUpperCase(), shown, escapeHtml(method), escapeHtml(description)]
  return `<tr><td>${cells.join('</td><td>')}</td></tr>`
}

function summary({ countries, cities }: Page): string {
  if (countries === 0) {
    return '<p><strong>The atlas is still being loaded.</strong> Reload this page in a few seconds.</p>'
  }
  return `<p>${countries} countries and territories with their languages, currencies and borders, and ${cities.toLocaleString('en')} places with
coordinates, served by Viaduct from memory and kept in a journal on disk.</p>`
}

function crudCommands({ base, mount }: Page): string {
  const languages = `${base}${mount}/Languages`
  return [
    `curl -X POST ${languages} -H 'Content-Type: application/json' -d '{"code":"tlh","name":"Klingon"}'`,
    `curl ${languages}/tlh`,
    `curl -X PATCH ${languages}/tlh -H 'Content-Type: application/json' -d '{"name":"tlhIngan Hol"}'`,
    `curl -X DELETE ${languages}/tlh`,
  ].join('\n')
}

/** The page at `/`: what the server holds, links that work, how to call it with curl. */
export function startPage(page: Page): string {
  const items = examples.map(([path, text]) => exampleItem(page, path, text))
  const rows = [...page.routes].sort(byClassAndVerb).map(routeRow)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
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
${summary(page)}
<h2>Try</h2>
<ul>
${items.join('\n')}
</ul>
<p>Create, read, change and delete with curl:</p>
<pre><code>${escapeHtml(crudCommands(page))}</code></pre>
<h2>Endpoints</h2>
<table>
${rows.join('\n')}
</table>
<p>Places: <a href="https://www.geonames.org/">GeoNames</a>, CC BY 4.0. Countries:
<a href="https://github.com/mledoze/countries">mledoze/countries</a>, ODbL 1.0. Population: World Bank, 2018.</p>
</html>
`
}
