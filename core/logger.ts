/** Where the application's own lines go. Values are plain text; secrets never appear. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  /** `error` is what was thrown, with its stack. */
  error(message: string, error: unknown): void
}

/** Writes information to standard output, warnings and errors to standard error; an error of the client is one line. */
export const consoleLogger: Logger = {
  info: (message) => void process.stdout.write(`${message}\n`),
  warn: (message) => void process.stderr.write(`warning: ${message}\n`),
  error: (message, error) => {
    const text = safeText(error)
    process.stderr.write(`${message}: ${text}\n`)
  },
}

/** Anything can be thrown, also what has no text. */
function safeText(error: unknown): string {
  try {
    return error instanceof Error ? describe(error) : String(error)
  } catch {
    return 'an error without a text'
  }
}

function describe(
  error: Error & { readonly statusCode?: unknown; readonly status?: unknown },
): string {
  const status = Number(error.statusCode ?? error.status)
  return status >= 400 && status < 500
    ? `${status} ${error.message}`
    : (error.stack ?? error.message)
}

/** Says nothing. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} }
