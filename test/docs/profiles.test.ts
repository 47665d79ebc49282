import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compatRules } from '../../core/profile.ts'

test('docs/profiles.md lists every switch exactly once, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/profiles.md'), 'utf8')
  const listed = [...text.matchAll(/^\| ([A-Z]+-[\d.-]+) +\|/gm)].map(([, id]) => id)
  assert.equal(listed.sort(), Object.keys(compatRules).sort())
})

test.run()
