import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/*
 * node --import tsx scripts/chromium.ts
 *
 * Prints the Chromium that tests in a browser use; installs Debian's package where there is none (as root only).
 */

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Seconds another installation may hold the package database. */
const lockTimeout = 120

/** Path of a Chromium: `CHROMIUM` of the environment, or the first one on the `PATH`. */
export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM']
  if (given !== undefined && given !== '') return given
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path))
}

/** Finds a Chromium, or installs one. **Errors**: rejects where there is none and it cannot be installed. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium()
  if (found !== undefined) return found
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'there is no Chromium: install it (Debian: apt-get install chromium), or name one in the environment variable CHROMIUM',
    )
  }
  const options = ['-o', `DPkg::Lock::Timeout=${lockTimeout}`, '-y', '--no-install-recommends']
  await run('apt-get', ['update'])
  await run('apt-get', ['install', ...options, 'chromium'])
  const installed = findChromium()
  if (installed === undefined) throw new Error('the package chromium brought no Chromium')
  return installed
}

/** **Errors**: rejects with the end of what was printed when the exit code is not 0. */
function run(command: string, commandArguments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-2000)
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ${commandArguments[0]} ended with ${code}:\n${printed}`))
    })
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${await ensureChromium()}\n`)
}
