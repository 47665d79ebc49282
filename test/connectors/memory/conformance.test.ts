import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import { memory } from '../../../connectors/memory/index.ts'
import { connectorConformance } from '../../conformance/connector/index.ts'

connectorConformance(test, { name: 'memory', create: () => memory() })
connectorConformance(test, {
  name: 'memory, loopback3',
  profile: 'loopback3',
  create: () => memory(),
})

const folders: string[] = []
connectorConformance(test, {
  name: 'memory with a file',
  create: () => {
    const folder = mkdtempSync(join(tmpdir(), 'viaduct-memory-'))
    folders.push(folder)
    return memory({ file: join(folder, 'rows.jsonl') })
  },
  cleanup: () => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  },
})

test.run()
