import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stopAll } from './open-app.ts'
import { openTranscriptApp, playTranscript, readTranscripts } from './transcript-app.ts'

test.after.each(stopAll)

/* What stands in the files is what a client sees: a change to them is a change of the contract. */

for (const profile of ['strict', 'loopback3'] as const) {
  const file = new URL(`transcripts/${profile}.txt`, import.meta.url)
  for (const transcript of readTranscripts(readFileSync(file, 'utf8'))) {
    test(`T-2: ${profile}: ${transcript.name}`, async () => {
      const app = await openTranscriptApp(profile)
      assert.is(await playTranscript(app, transcript), transcript.answer)
    })
  }
}

test.run()
