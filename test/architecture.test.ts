import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix, resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOnly, type ImportSite, importsOf } from './support/source-scan.ts'

const root = resolve(import.meta.dirname, '..')
const skippedFolders = new Set(['node_modules', '.git', 'dist', 'coverage', '.cache'])
/** Where examples keep their rows. */
const runtimeData = /^(?:examples\/[^/]+\/)?data$/

/** Inside core, imports go leftwards only. `docs/decisions/0002-order-inside-core.md` */
const coreOrder = [
  ['error', 'profile', 'key', 'logger'],
  ['model', 'query', 'method', 'call', 'data'],
  ['shared-methods', 'catalog', 'manifest', 'build-catalog', 'transport', 'scope'],
  ['lifecycle', 'plan-book', 'app-options', 'class-registry', 'app-types', 'app-state', 'app'],
].flat()
/** Files at the rim of core: they may import all of it, nobody inside may import them. */
const coreRim = new Set(['index', 'spi', 'context'])

/** Packages that stand in one folder only, and that folder. */
const packageFolders: Readonly<Record<string, readonly string[]>> = {
  zod: ['core/', 'examples/', 'test/', 'bench/', 'components/', 'clients/generator/'],
  koa: ['transports/http/', 'transports/rest/', 'test/', 'bench/', 'examples/'],
  '@koa/router': ['transports/http/', 'transports/rest/', 'test/', 'examples/'],
  ws: ['transports/websocket/', 'test/', 'bench/'],
  msgpackr: ['transports/codec/', 'test/'],
  rxjs: ['clients/typescript/', 'clients/angular/', 'components/live-query/', 'test/', 'examples/'],
  '@modelcontextprotocol/sdk': ['transports/mcp/', 'test/'],
  pg: ['connectors/sql/postgres/'],
  mysql2: ['connectors/sql/mysql/'],
  'better-sqlite3': ['connectors/sql/sqlite/'],
  mssql: ['connectors/sql/mssql/'],
  oracledb: ['connectors/sql/oracle/'],
  mongodb: ['connectors/mongodb/'],
  ioredis: ['connectors/key-value/', 'components/bus/'],
  soap: ['connectors/soap/'],
}

interface SourceFile {
  /** Below the repository, with forward slashes. */
  readonly path: string
  readonly source: string
  readonly code: string
  readonly imports: readonly ImportSite[]
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    if (!entry.isDirectory()) return entry.isFile() ? [path] : []
    return skippedFolders.has(entry.name) || runtimeData.test(path) ? [] : filesBelow(path)
  })
}

const everyFile = filesBelow('.')
const sources: readonly SourceFile[] = everyFile
  .filter((path) => /\.[cm]?tsx?$/.test(path) && !path.startsWith('test/vectors/'))
  .map((path) => {
    const source = readFileSync(join(root, path), 'utf8')
    const code = codeOnly(source)
    return { path, source, code, imports: importsOf(source, code) }
  })
const product = sources.filter(({ path }) =>
  /^(core|transports|connectors|components|clients)\//.test(path),
)
const core = product.filter(({ path }) => path.startsWith('core/'))

/** The repository path a relative or self-referring specifier names; `undefined` for packages. */
function targetOf(file: SourceFile, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(dirname(file.path), specifier)
  if (specifier === 'viaduct') return 'core/index.ts'
  if (specifier === 'viaduct/spi') return 'core/spi.ts'
  return specifier.startsWith('viaduct/')
    ? `${specifier.slice('viaduct/'.length)}/index.ts`
    : undefined
}

function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || isBuiltin(specifier) || /^viaduct(\/|$)/.test(specifier)) return
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Every import of the files as `[file, repository path of the target]`. */
function edges(files: readonly SourceFile[]): (readonly [SourceFile, string, ImportSite])[] {
  return files.flatMap((file) =>
    file.imports.flatMap((site) => {
      const target = targetOf(file, site.specifier)
      return target === undefined ? [] : [[file, target, site] as const]
    }),
  )
}

function expectNone(faults: readonly string[]): void {
  assert.equal([...new Set(faults)].sort(), [])
}

/** `transports/rest/x.ts` → `['transports', 'rest']`. */
const folderOf = (path: string): readonly string[] => path.split('/').slice(0, -1)

/** What a product file may import besides core's own order and its own folder; the table of the architecture. */
function mayImport(from: string, to: string): boolean {
  const [top = '', part = ''] = from.split('/')
  const [toTop = '', toPart = ''] = to.split('/')
  if (top === toTop && part === toPart) return true
  switch (top) {
    case 'core':
      return toTop === 'core'
    case 'transports':
      return to === 'core/spi.ts' || (toTop === 'transports' && mayShare(part, toPart))
    case 'connectors':
      return to === 'core/spi.ts'
    case 'components':
      return /^core\/(index|spi)\.ts$/.test(to) || /^components\/[^/]+\/key\.ts$/.test(to)
    case 'clients':
      return part === 'typescript'
        ? to === 'core/spi.ts' || /^transports\/(session|codec)\//.test(to)
        : /^core\/index\.ts$/.test(to) || toTop === 'clients'
    default:
      return true
  }
}

const sharedTransportFolders = new Set(['http', 'session', 'codec'])

/** Transports use the shared folders; the shared folders use each other. */
function mayShare(from: string, to: string): boolean {
  return sharedTransportFolders.has(to) && (!sharedTransportFolders.has(from) || from !== to)
}

test('every folder imports only what the table of the architecture allows', () => {
  expectNone(
    edges(product)
      .filter(([file, target]) => !mayImport(file.path, target))
      .map(([file, target]) => `${file.path} -> ${target}`),
  )
})

test('core imports node and zod only', () => {
  expectNone(
    core.flatMap((file) =>
      file.imports
        .map(({ specifier }) => packageOf(specifier))
        .filter((name) => name !== undefined && name !== 'zod')
        .map((name) => `${file.path} -> ${name}`),
    ),
  )
})

test('inside core, imports go leftwards only', () => {
  const unitOf = (path: string): string => (path.split('/')[1] ?? '').replace(/\.ts$/, '')
  const faults = edges(core).flatMap(([file, target]) => {
    const from = unitOf(file.path)
    const to = unitOf(target)
    if (coreRim.has(from) || from === to) return []
    if (coreRim.has(to)) return [`${file.path} -> ${target}: nobody inside core imports its rim`]
    const [left, right] = [coreOrder.indexOf(to), coreOrder.indexOf(from)]
    if (left < 0 || right < 0) return [`${left < 0 ? to : from} has no place in the order of core`]
    return left < right ? [] : [`${file.path} -> ${target}: ${from} may not import ${to}`]
  })
  expectNone(faults)
})

test('no import cycle', () => {
  const graph = new Map(product.map((file) => [file.path, runtimeTargets(file)]))
  expectNone(findCycles(graph).map((cycle) => cycle.join(' -> ')))
})

/** Imports that exist when the program runs: two descriptions of data may name each other's types in one folder. */
function runtimeTargets(file: SourceFile): string[] {
  return edges([file]).flatMap(([, target, site]) =>
    site.typeOnly && dirname(target) === dirname(file.path) ? [] : [target],
  )
}

/** Depth first; every cycle is reported once, as the path that closes it. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): void => {
    if (path.includes(node)) cycles.push([...path.slice(path.indexOf(node)), node])
    if (done.has(node) || path.includes(node)) return
    for (const next of graph.get(node) ?? []) visit(next, [...path, node])
    done.add(node)
  }
  for (const node of graph.keys()) visit(node, [])
  return cycles
}

test('a driver or library is imported in its own folder only', () => {
  const faults = product.flatMap((file) =>
    file.imports.flatMap(({ specifier }) => {
      const name = packageOf(specifier)
      if (name === undefined) return []
      const folders = packageFolders[name]
      if (folders === undefined) return [`${file.path} -> ${name}: not in the list of libraries`]
      return folders.some((folder) => file.path.startsWith(folder))
        ? []
        : [`${file.path} -> ${name}`]
    }),
  )
  expectNone(faults)
})

test('nobody imports the index of a folder he stands in', () => {
  expectNone(
    edges(sources)
      .filter(([file, target]) => target.endsWith('/index.ts') && !file.path.endsWith('.test.ts'))
      .filter(
        ([file, target, site]) =>
          site.specifier.startsWith('.') &&
          `${dirname(file.path)}/`.startsWith(`${dirname(target)}/`),
      )
      .map(([file, target]) => `${file.path} -> ${target}`),
  )
})

test('relative imports name an existing file with its ending', () => {
  expectNone(
    edges(product)
      .filter(([, target, site]) => site.specifier.startsWith('.') && !isFile(target))
      .map(([file, target]) => `${file.path} -> ${target}`),
  )
})

function isFile(path: string): boolean {
  return existsSync(join(root, path)) && statSync(join(root, path)).isFile()
}

test('no export *, no default export', () => {
  expectNone(
    sources.flatMap((file) => [
      ...file.imports
        .filter(({ kind }) => kind === 'export-all')
        .map(({ specifier }) => `${file.path}: export * from ${specifier}`),
      ...(/^\s*export\s+default\b/m.test(file.code) || /\bas\s+default\b/.test(file.code)
        ? [`${file.path}: default export`]
        : []),
    ]),
  )
})

const anyType =
  /(?::|<|\bas|\||&|=>|\bextends|\bkeyof|[^=!]=)\s*any\b(?!\s*[:(.?])|,\s*any\s*>|\bany\s*\[\]/

test('no any in the product, and no double cast', () => {
  expectNone(
    product.flatMap((file) =>
      file.code.split('\n').flatMap((line, index) => {
        const place = `${file.path}:${index + 1}`
        return [
          ...(anyType.test(line) ? [`${place}: any`] : []),
          ...(/\bas\s+unknown\s+as\b/.test(line) ? [`${place}: as unknown as`] : []),
        ]
      }),
    ),
  )
})

test('no switched-off checks', () => {
  const marker = /@ts-(?:ignore|expect-error|nocheck)|biome-ignore(?! [a-z/A-Z]+: \S)/
  expectNone(
    product.flatMap((file) =>
      marker.test(file.source) ? [`${file.path}: ${marker.exec(file.source)?.[0]}`] : [],
    ),
  )
})

test('no folder for odds and ends', () => {
  expectNone(
    sources
      .filter(({ path }) =>
        folderOf(path).some((name) => /^(utils?|helpers?|common|misc|shared)$/.test(name)),
      )
      .map(({ path }) => path),
  )
})

test('files stay below 500 lines', () => {
  const long = sources
    .map(({ path, source }) => ({ path, lines: source.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400)
  for (const { path, lines } of long) console.warn(`hint: ${path} has ${lines} lines (aim: 400)`)
  expectNone(long.filter(({ lines }) => lines > 500).map(({ path, lines }) => `${path}: ${lines}`))
})

const textFile =
  /\.(?:[cm]?[jt]sx?|json|md|ya?ml|toml|html|css|svg|sh|txt)$|(?:^|\/)(?:run|LICENSE|\.[a-z]+rc)$/

test('no registry host and no path of one machine in the repository', () => {
  const machinePath = /(?<![\w.:/-])\/(?:work|home|Users|root|mnt|opt)\/[a-z]/
  const registryHost =
    /\bregistry\.[a-z0-9.-]+\.[a-z]{2,}|\b(?:artifactory|verdaccio|nexus)\.[a-z0-9.-]+/i
  const exempt = new Set(['test/architecture.test.ts'])
  expectNone(
    everyFile
      .filter(
        (path) => textFile.test(path) && !exempt.has(path) && !path.startsWith('test/vectors/'),
      )
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8')
        const found = machinePath.exec(text) ?? registryHost.exec(text)
        return found === null ? [] : [`${path}: ${found[0]}`]
      }),
  )
})

/** Words about how a text came to be; the repository speaks of the product. */
const processWords =
  /\b(?:LLMs?|sub-?agents?|AI[- ]generated|as an AI|ChatGPT|Copilot|issue tracker)\b/i

test('the repository speaks of the product alone', () => {
  expectNone(
    everyFile
      .filter((path) => textFile.test(path) && path !== 'test/architecture.test.ts')
      .filter((path) => !path.startsWith('test/vectors/') && !path.endsWith('package-lock.json'))
      .flatMap((path) => {
        const found = processWords.exec(readFileSync(join(root, path), 'utf8'))
        return found === null ? [] : [`${path}: ${found[0]}`]
      }),
  )
})

const hollowWords =
  /\b(?:blazing(?:ly)?|seamless(?:ly)?|powerful|effortless(?:ly)?|revolutionary|cutting-edge|world-class|enterprise-grade|battle-tested|game-chang\w+|state-of-the-art|lightning|supercharge\w*|unleash\w*|leverag\w+|robust(?:ly)?|delightful|TODO|FIXME|TBD|lorem ipsum)\b/i

test('documents sell nothing and leave nothing open', () => {
  expectNone(
    everyFile
      .filter((path) => path.endsWith('.md') && !path.startsWith('test/vectors/'))
      .flatMap((path) => {
        const lines = readFileSync(join(root, path), 'utf8').split('\n')
        return lines.flatMap((line, index) => {
          const found = hollowWords.exec(line)
          return found === null ? [] : [`${path}:${index + 1}: ${found[0]}`]
        })
      }),
  )
})

test('links between documents lead somewhere', () => {
  expectNone(
    everyFile
      .filter((path) => path.endsWith('.md') && !path.startsWith('test/vectors/'))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8')
        return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
          .map(([, link = '']) => posix.join(dirname(path), link))
          .filter((target) => !existsSync(join(root, target)))
          .map((target) => `${path} -> ${target}`)
      }),
  )
})

test.run()
