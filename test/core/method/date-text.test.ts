import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseDateText } from '../../../core/method/date-text.ts'

process.env['TZ'] = 'UTC'

function strictIso(text: string): string | undefined {
  const milliseconds = parseDateText(text, false)
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString()
}

test('CX-1: strict reads ISO-8601 calendar dates, with every form of zone', () => {
  const read: Readonly<Record<string, string>> = {
    '2016': '2016-01-01T00:00:00.000Z',
    '2016-05': '2016-05-01T00:00:00.000Z',
    '2016-02-29': '2016-02-29T00:00:00.000Z',
    '2016-05-19T13:28Z': '2016-05-19T13:28:00.000Z',
    '2016-05-19T13:28:51': '2016-05-19T13:28:51.000Z',
    '2016-05-19T13:28:51.2999Z': '2016-05-19T13:28:51.299Z',
    '2016-05-19T13:28:51,5Z': '2016-05-19T13:28:51.500Z',
    '2016-05-19T24:00:00Z': '2016-05-20T00:00:00.000Z',
    '2016-05-19T15:28:51+02:00': '2016-05-19T13:28:51.000Z',
    '2016-05-19T15:28:51+0200': '2016-05-19T13:28:51.000Z',
    '2016-05-19T15:28:51+02': '2016-05-19T13:28:51.000Z',
    '2016-05-19T08:28:51-05:00': '2016-05-19T13:28:51.000Z',
    '+012345-01-01T00:00:00Z': '+012345-01-01T00:00:00.000Z',
    '-000753-04-21': '-000753-04-21T00:00:00.000Z',
  }
  for (const [text, expected] of Object.entries(read)) assert.is(strictIso(text), expected, text)
})

test('CX-1: strict reads RFC 2822 dates', () => {
  const read: Readonly<Record<string, string>> = {
    'Sat, 01 Jun 2024 10:20:30 GMT': '2024-06-01T10:20:30.000Z',
    'Thu, 19 May 2016 15:28:51 +0200 (CEST)': '2016-05-19T13:28:51.000Z',
    '1 jan 2020 00:00 -0330': '2020-01-01T03:30:00.000Z',
    '19 May 2016 08:28:51 EST': '2016-05-19T13:28:51.000Z',
  }
  for (const [text, expected] of Object.entries(read)) assert.is(strictIso(text), expected, text)
})

test('CX-1: strict refuses what only the engine takes, and days that do not exist', () => {
  const texts = [
    ...['', ' ', '0', '1', '-1', '1.2', '.5', '5.', '0.42', '2.5,3', 'text', '1463616000000'],
    ...['2016-02-30', '2015-02-29', '1900-02-29', '2016-04-31', '2016-13-01', '2016-00-01'],
    ...['2016-05-19T25:00Z', '2016-05-19T24:01Z', '2016-05-19T10:60Z', '2016-05-19T10:00:60Z'],
    ...['2016-05-19T10:00:00+24:00', '2016-05-19T10:00:00+01:60', '2016-05-19 10:00:00'],
    ...['2016/05/19', '19.05.2016', 'May 19, 2016', ' 2016-05-19', '2016-05-19\n'],
    ...['Thu May 19 2016 15:28:51 GMT 0200 (CEST)', 'Sat, 32 Jun 2024 10:20:30 GMT'],
    ...['31 Apr 2024 10:20:30 GMT', '1 Jan 1899 00:00:00 GMT', '1 Jan 2024 25:00:00 GMT'],
  ]
  for (const text of texts) assert.is(strictIso(text), undefined, JSON.stringify(text))
})

test('CX-1: loopback3 takes what the engine parses', () => {
  for (const text of ['May 19, 2016', '2016/05/19', '1.2', '2016-05-19']) {
    assert.is(parseDateText(text, true), Date.parse(text), text)
  }
  assert.ok(Number.isNaN(parseDateText('nope', true)))
})

test.run()
