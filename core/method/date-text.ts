const isoDate =
  /^(\d{4}|[+-]\d{6})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/

const mailDate =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun), *)?(\d{1,2}) +(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) +(\d{4}) +(\d\d):(\d\d)(?::(\d\d))? +([+-]\d{4}|gmt|ut|z|[ecmp][sd]t)(?: *\([^()]*\))?$/i

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Hours of the zone names RFC 2822 still allows. */
const zoneHours: Readonly<Record<string, number>> = {
  ut: 0,
  gmt: 0,
  z: 0,
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
}

/**
 * Reads date text, in milliseconds since the epoch; `NaN` for text that is no date. Text of digits is a year here, never an
 * epoch: sloppy conversion takes that apart before (remoting CW-7).
 *
 * `legacy` takes whatever the engine parses. Otherwise only ISO-8601 (calendar dates; a time without zone is local) and
 * RFC 2822, with days that exist. Source: remoting CX-1.
 */
export function parseDateText(text: string, legacy: boolean): number {
  if (legacy) return Date.parse(text)
  const iso = isoDate.exec(text)
  if (iso !== null) return millisecondsFromIso(text, iso)
  const mail = mailDate.exec(text)
  return mail === null ? Number.NaN : millisecondsFromMail(mail)
}

function millisecondsFromIso(text: string, parts: RegExpExecArray): number {
  if (!dayExists(Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1))) return Number.NaN
  if (!timeExists(Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0))) {
    return Number.NaN
  }
  const zone = parts[8] ?? ''
  if (zone.length < 2) return Date.parse(text.replace(',', '.'))
  const hours = zone.slice(1, 3)
  const minutes = zone.length > 3 ? zone.slice(-2) : '00'
  if (Number(hours) > 23 || Number(minutes) > 59) return Number.NaN
  const local = text.slice(0, -zone.length).replace(',', '.')
  return Date.parse(`${local}${zone.charAt(0)}${hours}:${minutes}`)
}

function millisecondsFromMail(parts: RegExpExecArray): number {
  const day = Number(parts[1])
  const month = months.indexOf((parts[2] ?? '').toLowerCase())
  const year = Number(parts[3])
  const hour = Number(parts[4])
  const minute = Number(parts[5])
  const second = Number(parts[6] ?? 0)
  if (year < 1900 || !dayExists(year, month + 1, day)) return Number.NaN
  if (!timeExists(hour, minute, second)) return Number.NaN
  const utc = Date.UTC(year, month, day, hour, minute, second)
  return utc - zoneMilliseconds((parts[7] ?? '').toLowerCase())
}

function zoneMilliseconds(zone: string): number {
  const named = zoneHours[zone]
  if (named !== undefined) return named * 3_600_000
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function dayExists(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (month === 2) return day <= (isLeapYear ? 29 : 28)
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
}

function timeExists(hour: number, minute: number, second: number): boolean {
  if (hour === 24) return minute === 0 && second === 0
  return hour < 24 && minute < 60 && second < 60
}
