import { z } from 'zod'
import { type App, RemoteError, sharedMethods } from '../../../core/index.ts'
import type { Stage, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

/** Static methods the hooks stand around. */
export const methods = {
  Thing: {
    st: method(
      { accepts: { a: z.number().optional() }, returns: root, http },
      ({ a }) => a ?? 'st',
    ),
    other: method({ accepts: [], returns: root, http }, () => 'other'),
    fails: method({ accepts: [], http }, () => {
      throw new RemoteError('method failed', { statusCode: 418, reason: 'TEA', details: { a: 1 } })
    }),
  },
}

/** A class with a prototype method. */
export const classes = {
  Pot: {
    methods: {
      pr: method({ accepts: [], isStatic: false, returns: root, http }, () => 'pr'),
    },
    sharedCtor: {
      definition: {
        accepts: [{ arg: 'id', type: 'number', http: { source: 'path' as const } }],
        http: { path: '/:id' },
      },
      handler: ({ id }: { id: number }) => ({ id }),
    },
  },
}

/** Runs a case that keeps a list of what the hooks saw. */
export function traced(
  suite: Suite,
  name: string,
  prepare: (app: App, trace: string[]) => void,
  run: (stage: Stage, trace: string[]) => Promise<void>,
  options = {},
): void {
  let trace: string[] = []
  suite.check(
    name,
    {
      methods,
      classes,
      ...options,
      prepare: (app) => {
        trace = []
        prepare(app, trace)
      },
    },
    (stage) => run(stage, trace),
  )
}
