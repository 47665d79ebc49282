import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Manifest } from '../../core/index.ts'
import {
  type Change,
  compareGenerated,
  compareManifests,
  generateClient,
} from '../generator/index.ts'
import { type Command, readCommand, UsageError, usage } from './command.ts'
import { loadManifest, readManifestFile } from './load-manifest.ts'

/** Where the program writes. */
export interface Output {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
}

/** Runs the program. Resolves to its exit code: 0 done, 1 breaking changes, 2 it could not be done. */
export async function run(argv: readonly string[], output: Output): Promise<number> {
  try {
    const command = readCommand(argv)
    if (command.kind !== 'help') return await execute(command, output)
    output.out(usage)
    return 0
  } catch (error) {
    output.error(`viaduct: ${error instanceof Error ? error.message : String(error)}\n`)
    if (error instanceof UsageError) output.error(`\n${usage}`)
    return 2
  }
}

type Work = Exclude<Command, { readonly kind: 'help' }>

async function execute(command: Work, output: Output): Promise<number> {
  const manifest = await loadManifest(command.from, command.headers)
  const client = generateClient(manifest)
  const text = command.kind === 'client' ? client : `${JSON.stringify(manifest, null, 2)}\n`
  if (command.check !== undefined) {
    const changes = await check(command.check, manifest, client)
    for (const { kind, place, text: what } of changes) output.error(`${kind}: ${place}: ${what}\n`)
    if (changes.some(({ kind }) => kind === 'breaking')) return 1
    if (command.out === undefined) return 0
  }
  if (command.out === undefined) output.out(text)
  else await write(command.out, text)
  return 0
}

async function check(path: string, manifest: Manifest, client: string): Promise<Change[]> {
  return path.endsWith('.json')
    ? compareManifests(await readManifestFile(path), manifest)
    : compareGenerated(await readFile(path, 'utf8'), client)
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
