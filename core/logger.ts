/** Where the application's own lines go. Values are plain text; secrets never appear. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  /** `error` is what was thrown, with its stack. */
  error(message: string, error: unknown): void
}

/** Writes information to standard output, warnings and errors to standard error. */
export const consoleLogger: Logger = {
  info: (message) => void process.stdout.write(`${message}\n`),
  warn: (message) => void process.stderr.write(`warning: ${message}\n`),
  error: (message, error) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`${message}: ${text}\n`)
  },
}

/** Says nothing. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} }
