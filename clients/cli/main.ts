#!/usr/bin/env node
import { run } from './run.ts'

/* The standard output belongs to the result, whatever a loaded application says while it starts. */
Object.assign(console, { log: console.error, info: console.error, debug: console.error })

const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
})

/* An application may hold timers and sockets nobody closes: the program ends when its texts are written. */
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
