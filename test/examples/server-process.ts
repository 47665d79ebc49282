import { type ChildProcess, spawn } from 'node:child_process'

/** A program of `examples/` running as a child process. */
export interface ServerProcess {
  /** Everything printed so far, both streams. */
  readonly output: () => string
  /**
   * Resolves to the first match of the pattern in what is printed. **Errors**: rejects with the whole output when the
   * process ends, or the time is up, without one.
   */
  waitFor(pattern: RegExp, limitMs: number): Promise<RegExpExecArray>
  /** Sends a signal; resolves to the exit code, `null` when the signal ended the process. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program with this Node; it is killed when the test ends before it does. */
export function startServer(
  programArguments: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): ServerProcess {
  const child = spawn(process.execPath, programArguments, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  return {
    output: () => printed,
    waitFor: (pattern, limitMs) => waitFor(child, () => printed, pattern, limitMs),
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}

function waitFor(
  child: ChildProcess,
  printed: () => string,
  pattern: RegExp,
  limitMs: number,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      child.stdout?.off('data', look)
      child.stderr?.off('data', look)
      child.off('close', fail)
      settle()
    }
    const look = (): void => {
      const match = pattern.exec(printed())
      if (match !== null) finish(() => resolve(match))
    }
    const fail = (): void =>
      finish(() => reject(new Error(`${pattern} was not printed:\n${printed()}`)))
    const timer = setTimeout(fail, limitMs)
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', fail)
    look()
  })
}
