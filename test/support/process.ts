import { spawn } from 'node:child_process'

/** How a child process is run. */
export interface ProcessOptions {
  readonly cwd?: string
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The child and everything it started are killed after this many milliseconds. @default 60_000 */
  readonly limitMs?: number
}

/** What a finished child process left behind. */
export interface ProcessResult {
  /** Exit code, `null` when a signal ended the process. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The time limit ended the process. */
  readonly timedOut: boolean
  readonly durationMs: number
}

const groups = new Set<number>()

/** Kills a process group; one that is already gone is no error. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // ended between the decision and the signal
  }
}

process.once('exit', () => {
  for (const pid of groups) killGroup(pid)
})

/**
 * Runs a command to its end and collects its output. The child leads a process group of its own, so that whatever it
 * starts ends with it.
 *
 * **Errors**: rejects when the command cannot be started; an exit code is a result, not an error.
 */
export function runProcess(
  command: string,
  commandArguments: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const started = performance.now()
  const child = spawn(command, commandArguments, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid } = child
  if (pid !== undefined) groups.add(pid)
  let timedOut = false
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      timedOut = true
      if (pid !== undefined) killGroup(pid)
    }, options.limitMs ?? 60_000)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      if (pid !== undefined) groups.delete(pid)
      resolve({ code, stdout, stderr, timedOut, durationMs: performance.now() - started })
    })
  })
}
