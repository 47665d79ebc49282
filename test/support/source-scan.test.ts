import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOnly, importsOf } from './source-scan.ts'

test('blanks comments, texts, templates and regular expressions, and keeps every position', () => {
  const source = [
    "const a = 'x: any' // any",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template stands in the scanned text
    'const b = `t ${call({ c: `in ${d} any` })} any`',
    'const e = /[/"]any/g.test(f) ? 1 / 2 : 3 / 4',
    'return /any/',
    '/* any */ const g: any = 1',
  ].join('\n')
  const code = codeOnly(source)
  assert.is(code.length, source.length)
  assert.equal(
    code.split('\n').map((line) => line.includes('any')),
    [false, false, false, false, true],
  )
  assert.match(code, /call\(\{ c: `\s+\$?\{?d/)
  assert.match(code, '1 / 2 : 3 / 4')
})

test('finds every form of import and tells types apart', () => {
  const source = [
    "import { a, type B } from './one.ts'",
    "import type { C } from './two.ts'",
    "import {\n  type D,\n  type E,\n} from './three.ts'",
    "import './four.ts'",
    "export { f } from './five.ts'",
    "export * from './six.ts'",
    "const g = await import('./seven.ts')",
    "// import './eight.ts'",
    'const text = "import \'./nine.ts\'"',
    "export const from = 'ten'",
  ].join('\n')
  assert.equal(
    importsOf(source).map(({ specifier, typeOnly, kind }) => `${specifier} ${kind} ${typeOnly}`),
    [
      './one.ts import false',
      './two.ts import true',
      './three.ts import true',
      './four.ts import false',
      './five.ts export false',
      './six.ts export-all false',
      './seven.ts dynamic false',
    ],
  )
})

test.run()
