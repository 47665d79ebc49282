import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App, Manifest } from '../../core/index.ts'

/** How long a module that starts its application itself may take. */
const startTimeoutMs = 30_000
const pollMs = 20

/**
 * Describes the application a module exports as `app` or `default`. It is not served: data sources are opened and closed
 * again, transports do not listen. A module that starts its application itself is waited for, and stopped.
 *
 * **Errors**: a module that cannot be imported or exports no application; what the start of the application finds.
 */
export async function loadApplication(path: string): Promise<Manifest> {
  const app = applicationOf(await importModule(resolve(path)), path)
  const described = tryDescribe(app)
  if (described !== undefined) return stopped(app, described)
  return canInstall(app) ? describeUnserved(app) : describeWhenStarted(app)
}

const found = new Error('described')

/** The last component starts when everything is described and nothing listens yet; there the start ends. */
async function describeUnserved(app: App): Promise<Manifest> {
  let manifest: Manifest | undefined
  app.install({
    kind: 'component',
    name: 'describe',
    install: () => undefined,
    start: async () => {
      manifest = app.describe()
      throw found
    },
  })
  try {
    await app.start({ port: 0 })
  } catch (error) {
    if (error !== found) throw error
  }
  if (manifest === undefined) throw new Error('the application could not be described')
  return manifest
}

async function describeWhenStarted(app: App): Promise<Manifest> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    const manifest = tryDescribe(app)
    if (manifest !== undefined) return stopped(app, manifest)
    await new Promise((wake) => setTimeout(wake, pollMs))
  }
  throw new Error(`the application did not start within ${startTimeoutMs} ms`)
}

async function stopped(app: App, manifest: Manifest): Promise<Manifest> {
  await app.stop()
  return manifest
}

/** Before the start there is nothing to describe. */
function tryDescribe(app: App): Manifest | undefined {
  try {
    return app.describe()
  } catch {
    return undefined
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
  const { href } = pathToFileURL(path)
  try {
    return await import(href)
  } catch (error) {
    const isTypeScript = /\.[cm]?tsx?$/.test(path)
    if (!isTypeScript || codeOf(error) !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    await registerTsx(path)
    return import(href)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function registerTsx(path: string): Promise<void> {
  let entry: string
  try {
    entry = createRequire(path).resolve('tsx/esm/api')
  } catch {
    throw new Error(`${path}: this version of Node.js reads no TypeScript; install tsx`)
  }
  const { register } = await import(pathToFileURL(entry).href)
  register()
}
