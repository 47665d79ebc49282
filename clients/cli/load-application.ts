import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App, Manifest } from '../../core/index.ts'

/** How long a module that starts its application itself may take. */
const startTimeoutMs = 30_000
const pollMs = 20

/**
 * Describes the application a module exports as `app` or `default`. One that is not started stays so: no data source is opened,
 * no transport listens. A module that starts its application itself is waited for, and stopped.
 *
 * **Errors**: a module that cannot be imported or exports no application; what describing it finds.
 */
export async function loadApplication(path: string): Promise<Manifest> {
  const app = applicationOf(await importModule(resolve(path)), path)
  return canInstall(app) ? app.describe() : describeStarted(app)
}

async function describeStarted(app: App): Promise<Manifest> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    if (isStarted(app)) {
      const manifest = app.describe()
      await app.stop()
      return manifest
    }
    await new Promise((wake) => setTimeout(wake, pollMs))
  }
  throw new Error(`the application did not start within ${startTimeoutMs} ms`)
}

/** Data sources are open then: what the catalog is built from is complete. */
function isStarted(app: App): boolean {
  try {
    return app.catalog !== undefined
  } catch {
    return false
  }
}

/** Only before the start. */
function canInstall(app: App): boolean {
  try {
    app.install()
    return true
  } catch {
    return false
  }
}

function applicationOf(module: Readonly<Record<string, unknown>>, path: string): App {
  for (const candidate of [module['app'], module['default']]) {
    if (isApplication(candidate)) return candidate
  }
  throw new Error(`${path}: the module exports no application as app or default`)
}

function isApplication(value: unknown): value is App {
  return (
    typeof value === 'object' &&
    value !== null &&
    'describe' in value &&
    typeof value.describe === 'function' &&
    'install' in value &&
    'start' in value
  )
}

/** TypeScript is read by the platform where it can, otherwise by the tsx of the project. */
async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const isTypeScript = /\.[cm]?tsx?$/.test(path)
  // ahead of the import: Node.js remembers an import that failed
  if (isTypeScript && !readsTypeScript()) await registerTsx(path)
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    if (!isTypeScript || codeOf(error) !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    throw new Error(`${path}: this version of Node.js reads no TypeScript; install tsx`)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function readsTypeScript(): boolean {
  return 'typescript' in process.features && Boolean(process.features.typescript)
}

/** Nothing where the project has no tsx: another loader may be there. */
async function registerTsx(path: string): Promise<void> {
  let entry: string
  try {
    entry = createRequire(path).resolve('tsx/esm') // tsx/esm/api has a CommonJS entry, which cannot register
  } catch {
    return
  }
  await import(pathToFileURL(entry).href)
}
