import { readFile } from 'node:fs/promises'
import type { Manifest } from '../../core/index.ts'
import { loadApplication } from './load-application.ts'

/** Most bytes of a manifest that are read. */
const maxBytes = 64 * 1024 * 1024
const timeoutMs = 30_000

type Pairs = readonly (readonly [name: string, value: string])[]

/**
 * Gets a manifest: from a URL (`http:`, `https:`), a `.json` file, or the application a module exports. Its form is checked by
 * whoever reads it.
 *
 * **Errors**: what cannot be reached, read or described.
 */
export async function loadManifest(from: string, headers: Pairs = []): Promise<Manifest> {
  if (/^https?:\/\//i.test(from)) return parseManifest(await fetchText(from, headers), from)
  if (from.endsWith('.json')) return readManifestFile(from)
  return loadApplication(from)
}

/** Reads a manifest from a file. **Errors**: a file that is not there, or no JSON. */
export async function readManifestFile(path: string): Promise<Manifest> {
  return parseManifest(await readFile(path, 'utf8'), path)
}

function parseManifest(text: string, from: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(`${from}: the manifest is no JSON`)
  }
  return value as Manifest // the generator checks the form
}

async function fetchText(url: string, pairs: Pairs): Promise<string> {
  const headers = new Headers({ accept: 'application/json' })
  for (const [name, value] of pairs) headers.set(name, value)
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`)
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`${url}: the answer has more than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
