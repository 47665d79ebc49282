import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { chooseMediaType, namesMediaType } from '../../../transports/http/accept.ts'

const offers = ['application/json', 'text/html', 'text/xml']

test('E-4, N-1: quality, then exactness, then the order of the header decide', () => {
  const table: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html,application/json', 'text/html'],
    ['application/json,text/html', 'application/json'],
    ['text/html;q=0.5,application/json;q=0.4', 'text/html'],
    ['*/*,text/xml', 'text/xml'],
    ['text/*', 'text/html'],
    ['text/*,text/html;q=0', 'text/xml'],
    ['TEXT/HTML', 'text/html'],
    ['image/png', undefined],
    ['application/json;q=0', undefined],
    ['nonsense', undefined],
    ['', undefined],
  ]
  for (const [accept, chosen] of table)
    assert.is(chooseMediaType(accept, offers), chosen, String(accept))
})

test('ST-9: a type is named only without a wildcard and with a quality', () => {
  assert.ok(namesMediaType('text/html, application/x-ndjson;q=0.1', 'application/x-ndjson'))
  assert.not(namesMediaType('*/*', 'application/x-ndjson'))
  assert.not(namesMediaType('application/x-ndjson;q=0', 'application/x-ndjson'))
  assert.not(namesMediaType(undefined, 'application/x-ndjson'))
})

test.run()
