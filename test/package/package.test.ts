import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withLock } from '../../scripts/build/lock.ts'
import { type ProcessResult, runProcess } from '../support/process.ts'
import { repository, runnableSnippetsOf } from '../support/snippets.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'viaduct-package-')))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>
} // our own file

/** `viaduct`, `viaduct/spi`, …; the manifest itself is no module. */
const subpaths = Object.keys(manifest.exports)
  .filter((key) => key !== './package.json')
  .map((key) => key.replace(/^\./, 'viaduct'))

/** npm and node as a user has them: without the settings of the run this test is part of. */
const userEnvironment = {
  NODE_OPTIONS: undefined,
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
}

async function run(command: string, ...rest: readonly string[]): Promise<ProcessResult> {
  const cwd = command === 'npm' && rest[0] !== 'install' ? repository : folder
  const result = await runProcess(command, rest, { cwd, env: userEnvironment, limitMs: 240_000 })
  if (result.code !== 0) {
    assert.unreachable(`${command} ${rest.join(' ')}\n${result.stdout}\n${result.stderr}`)
  }
  return result
}

interface Tarball {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** Builds and packs the repository and installs the tarball into the empty folder. */
async function install(): Promise<Tarball> {
  const tarball = await withLock(
    join(repository, 'node_modules/.cache/viaduct-package.lock'),
    async () => {
      await run('npm', 'run', 'build')
      return readTarball(
        await run('npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder),
      )
    },
  )
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    join(folder, tarball.filename),
  )
  for (const name of optionalPeers) {
    const target = join(folder, 'node_modules', name)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(join(repository, 'node_modules', name), target, 'dir')
  }
  return tarball
}

/** What somebody installs who imports the subpaths that need it. */
const optionalPeers = ['rxjs', '@modelcontextprotocol/sdk']

/** npm prints a list, from version 12 on an object by package name. */
function readTarball({ stdout }: ProcessResult): Tarball {
  const list: unknown = JSON.parse(stdout)
  return Object.values(list as Readonly<Record<string, Tarball>>)[0] as Tarball // npm's documented output
}

/** Begun by the first test that needs it; a failure fails every one of them with the reason. */
let installation: Promise<Tarball> | undefined
const installed = (): Promise<Tarball> => {
  installation ??= install()
  return installation
}

test('the tarball holds what is documented and nothing else', async () => {
  const packed = await installed()
  const expected = /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(?:js|d\.ts))$/
  const strange = packed.files
    .map(({ path }) => path)
    .filter((path) => !expected.test(path) || /\.test\./.test(path))
  assert.equal(strange, [])
  const required = [
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'dist/core/index.js',
    'dist/core/index.d.ts',
  ]
  const paths = new Set(packed.files.map(({ path }) => path))
  assert.equal(
    required.filter((path) => !paths.has(path)),
    [],
  )
})

test('every subpath resolves at run time', async () => {
  await installed()
  const file = join(folder, 'subpaths.mjs')
  const imports = subpaths.map((name) => `console.log(Object.keys(await import('${name}')).length)`)
  writeFileSync(file, imports.join('\n'))
  const { stdout } = await run(process.execPath, file)
  const counts = stdout.trim().split('\n').map(Number)
  assert.is(counts.length, subpaths.length)
  assert.ok(
    counts.every((count) => count > 0),
    stdout,
  )
})

test('every subpath has types that a strict project accepts', async () => {
  await installed()
  const project = join(folder, 'types')
  mkdirSync(project)
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true })
  // what a TypeScript project has beside viaduct
  symlinkSync(
    join(repository, 'node_modules/@types/node'),
    join(project, 'node_modules/@types/node'),
    'dir',
  )
  const names = subpaths.map((name, i) => `import type * as module${i} from '${name}'`)
  const uses = subpaths.map((_, i) => `export type Names${i} = keyof typeof module${i}`)
  const example = runnableSnippetsOf('README.md')[0]?.snippet.text ?? ''
  writeFileSync(join(project, 'subpaths.ts'), [...names, ...uses].join('\n'))
  writeFileSync(join(project, 'example.ts'), example)
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  }
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts'] }),
  )
  await run(join(repository, 'node_modules/.bin/tsc'), '-p', project)
})

test('the example of the README runs with plain node', async () => {
  await installed()
  const runnable = runnableSnippetsOf('README.md')[0]
  assert.ok(runnable !== undefined && runnable.transcript.length > 0)
  const { snippet, transcript } = runnable
  writeFileSync(join(folder, 'example.mjs'), snippet.text.replace(/\bport: \d+/, 'port: 0'))
  writeFileSync(
    join(folder, 'driver.mjs'),
    `import { app } from './example.mjs'
const { origin } = new URL(app.addresses[0])
const answers = []
for (const { path, ...request } of ${JSON.stringify(transcript)}) {
  answers.push(await (await fetch(origin + path, request)).text())
}
await app.stop()
console.log('answers ' + JSON.stringify(answers))
`,
  )
  const { stdout } = await run(process.execPath, join(folder, 'driver.mjs'))
  const line = stdout.split('\n').find((each) => each.startsWith('answers ')) ?? 'answers []'
  assert.equal(
    JSON.parse(line.slice('answers '.length)),
    transcript.map(({ expected }) => expected),
  )
})

test.run()
