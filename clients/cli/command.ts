import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'client' | 'manifest'
      /** URL, manifest or module. */
      readonly from: string
      /** File to write; without it the text goes to the standard output. */
      readonly out: string | undefined
      /** Committed manifest or generated file to compare with. */
      readonly check: string | undefined
      /** Sent with a request to a URL. */
      readonly headers: readonly (readonly [name: string, value: string])[]
    }

/** What `viaduct --help` says. */
export const usage = `viaduct generate client --from <source> [--out api.ts] [--check <file>]
viaduct manifest --from <source> [--out manifest.json] [--check <file>]

  --from    where the manifest comes from: a URL that answers it, a .json file, or a module that
            exports the application as app or default
  --out     file to write; the standard output without it (with --check nothing is written then)
  --check   committed manifest (.json) or generated file (.ts): names every change, fails and
            writes nothing when one is breaking
  --header  "name: value" for a URL; may be repeated

Exit codes: 0 done, 1 breaking changes, 2 it could not be done.
`

/** A command line nobody understands. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Reads the arguments after the program's name. **Errors**: {@link UsageError}. */
export function readCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv)
  const words = positionals.join(' ')
  if (values.help === true || (words === '' && argv.length === 0)) return { kind: 'help' }
  const kind = words === 'generate client' ? 'client' : words === 'manifest' ? words : undefined
  if (kind === undefined) throw new UsageError(`there is no command "${words}"`)
  if (values.from === undefined || values.from === '') throw new UsageError('--from is missing')
  const headers = (values.header ?? []).map(readHeader)
  return { kind, from: values.from, out: values.out, check: values.check, headers }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'string' },
        header: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new UsageError('--header must have the form "name: value"')
  }
  return [name, value]
}
