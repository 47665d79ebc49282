import { type Problem, problemFromError } from '../../core/spi.ts'
import { chooseMediaType } from './accept.ts'
import { type ErrorFormat, type ErrorSettings, formats } from './error-options.ts'
import { errorPage } from './error-page.ts'
import type { HttpExchange, RawHeaders } from './exchange.ts'
import { readHeader } from './request-headers.ts'
import { writeXml } from './xml.ts'

/** What is known about a failure besides the error itself. */
export interface FailureOptions {
  /** Status of an error that names none. Source: remoting E-0, E-3. */
  readonly fallbackStatus?: number | undefined
}

/** Writes the answer of a failed request. Resolves once nothing more is to be done; never rejects. */
export type ErrorWriter = (
  exchange: HttpExchange,
  error: unknown,
  options?: FailureOptions,
) => Promise<void>

/** Makes the writer of one set of options. Source: remoting 2.5. */
export function createErrorWriter(
  settings: ErrorSettings,
  log: (error: unknown, message: string) => void,
): ErrorWriter {
  const report = safely(log)
  return async function writeError(exchange, thrown, options = {}) {
    if (settings.log)
      report(thrown, `${exchange.raw.method} ${exchange.originalUrl.slice(0, 512)} failed`)
    const error =
      settings.handler === undefined ? thrown : await askHandler(settings, exchange, thrown)
    if (exchange.response.writableEnded) return
    if (exchange.response.headersSent) {
      exchange.response.destroy() // the answer is under way and can not be taken back, E-11
      return
    }
    const status = exchange.response.statusCode
    const fallbackStatus = status >= 400 ? status : options.fallbackStatus
    try {
      sendProblem(exchange, settings, problemFromError(error, { ...settings, fallbackStatus }))
    } catch (failure) {
      report(failure, 'an error could not be answered')
      sendPlainly(exchange, settings)
    }
  }
}

/** Thrown values need have no text (no prototype, a getter that throws); neither they nor a logger end the process. */
function safely(
  log: (error: unknown, message: string) => void,
): (error: unknown, message: string) => void {
  return (error, message) => {
    try {
      log(error, message)
    } catch {
      try {
        log(new Error('what was thrown can not be shown'), message)
      } catch {
        // the logger itself fails; the answer still goes out
      }
    }
  }
}

/** The answer to an error that can not be read. */
function sendPlainly(exchange: HttpExchange, settings: ErrorSettings): void {
  try {
    if (exchange.response.headersSent) throw new Error('the answer is under way')
    sendProblem(exchange, settings, problemFromError(undefined, { ...settings, debug: false }))
  } catch {
    exchange.response.destroy()
  }
}

async function askHandler(
  settings: ErrorSettings,
  exchange: HttpExchange,
  error: unknown,
): Promise<unknown> {
  try {
    const { request, wrappedResponse } = exchange
    const replaced = await settings.handler?.(error, { request, response: wrappedResponse })
    return replaced === undefined ? error : replaced
  } catch (replacement) {
    return replacement
  }
}

function sendProblem(exchange: HttpExchange, settings: ErrorSettings, problem: Problem): void {
  const headers: RawHeaders = []
  const format = chooseFormat(exchange, settings, headers)
  const text = textOf(problem, format, settings)
  headers.unshift('Content-Type', `${contentTypes[format]}; charset=utf-8`)
  headers.push('X-Content-Type-Options', 'nosniff')
  exchange.response.removeHeader('ETag')
  exchange.send(problem.statusCode, headers, text)
}

const contentTypes: Readonly<Record<ErrorFormat, string>> = {
  json: 'application/json',
  html: 'text/html',
  xml: 'text/xml',
}

/** `_format` decides, then the Accept header. Source: remoting E-4. */
function chooseFormat(
  exchange: HttpExchange,
  settings: ErrorSettings,
  headers: RawHeaders,
): ErrorFormat {
  if (!settings.negotiates) return settings.defaultFormat
  const accepted = acceptedFormat(exchange, settings)
  const asked = exchange.pathEnd < exchange.url.length ? exchange.query['_format'] : undefined
  if (typeof asked !== 'string' || asked === '') return accepted
  const named = formats.get(asked.toLowerCase())
  if (named !== undefined && (named !== 'xml' || settings.allowXml)) return named
  // the text is LoopBack's, missing blank included: clients may show it
  const warning = `Response _format "${asked}" is not supportedused "${accepted}" instead"`
  headers.push('X-Warning', warning.replace(/[^\x20-\x7e]/g, '?'))
  return accepted
}

const withoutXml = ['application/json', 'text/html']
const withXml = [...withoutXml, 'text/xml', 'application/xml']

function acceptedFormat(exchange: HttpExchange, settings: ErrorSettings): ErrorFormat {
  const accept = readHeader(exchange.raw, 'accept')
  if (accept === undefined || accept === '*/*') return settings.defaultFormat
  const offers = settings.allowXml ? withXml : withoutXml
  return formats.get(chooseMediaType(accept, offers) ?? '') ?? settings.defaultFormat
}

function textOf(problem: Problem, format: ErrorFormat, settings: ErrorSettings): string {
  try {
    switch (format) {
      case 'html':
        return errorPage(problem.body)
      case 'xml':
        return problemXml(problem, settings)
      default:
        return problemJson(problem.body, settings)
    }
  } catch {
    // details that have no JSON form (a cycle, a bigint) are left out
    const { statusCode, name, message } = problem.body
    return problemJson({ statusCode, name, message }, settings)
  }
}

function problemJson(body: Problem['body'], settings: ErrorSettings): string {
  return JSON.stringify(settings.rootProperty === false ? body : { [settings.rootProperty]: body })
}

/** LoopBack 3 names `code` and `details` of a 4xx even when they are missing. Source: remoting E-5. */
function problemXml(problem: Problem, settings: ErrorSettings): string {
  const root = settings.rootProperty === false ? 'error' : settings.rootProperty
  if (!settings.showUndefined) {
    return writeXml(problem.body, { root, declaration: '<?xml version="1.0" encoding="UTF-8"?>' })
  }
  const { statusCode, name, message, code, details, ...more } = problem.body
  const body =
    statusCode === undefined || problem.statusCode >= 500
      ? problem.body
      : { statusCode, name, message, code, details, ...more }
  return writeXml(body, {
    root,
    declaration: "<?xml version='1.0'?>",
    indent: '    ',
    showUndefined: true,
  })
}
