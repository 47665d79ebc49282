import { RemoteError, remoteError } from '../error/remote-error.ts'
import type { Hook } from '../method/hooks.ts'
import { absent } from '../method/output.ts'
import type { SharedMethod } from '../method/shared-method.ts'
import { checkArguments, computeArguments, convertArguments } from './arguments.ts'
import type { Call, EagerHandler, Handler, Reply, ReplyMetadata } from './call.ts'
import { runInContext } from './current-context.ts'
import type { DeadlineWatch, Watched } from './deadline.ts'
import { InvocationContext } from './invocation-context.ts'
import type { Plan } from './plan.ts'
import { toItems } from './stream.ts'

/** What the dispatcher works with; the application swaps `planOf` and `models` when its catalog changes. */
export interface DispatchEnvironment {
  readonly planOf: (method: SharedMethod) => Plan | undefined
  readonly models: () => unknown
  readonly deadlines: DeadlineWatch
}

/**
 * Makes the handler every transport calls: finds the plan of the method, converts, runs the phases, shapes the answer.
 *
 * **Errors**: never throws; a promise rejects with whatever was thrown, or with `METHOD_NOT_FOUND`, `INVOCATION_TIMEOUT`,
 * `DEADLINE_EXCEEDED`. Falsy reasons reject too. Source: remoting section 4, I-7, I-11.
 */
export function createDispatcher(environment: DispatchEnvironment): EagerHandler {
  return handle

  function handle(call: Call): Reply | Promise<Reply> {
    const plan = environment.planOf(call.method)
    if (plan === undefined) {
      return Promise.reject(
        remoteError('METHOD_NOT_FOUND', `there is no method ${call.method.fullName}`),
      )
    }
    const context = new InvocationContext(call, plan, environment.models())
    call.context = context
    if (plan.isPlain) return runInContext(context, runPlain, context)
    const isTimed = context.deadline !== undefined // its time begins before anything runs
    const invocation = new Invocation(context, environment.deadlines)
    const settled = runInContext(context, runFull, invocation)
    return isTimed ? invocation.settle(settled, passOn) : settled
  }

  /** The short way: nothing but conversion, the method and its output. One promise of ours when the method waits, else none. */
  function runPlain(context: InvocationContext): Reply | Promise<Reply> {
    const plan = InvocationContext.planOf(context)
    let yielded: unknown
    let waits: boolean
    try {
      const rules = plan.argumentRules
      if (plan.makeOptions?.isAsync === false) context.options = plan.makeOptions.make(context)
      const { input } = InvocationContext.callOf(context)
      context.args = convertArguments(plan.parameters, input, context, rules)
      checkArguments(plan.parameters, context.args, plan.rechecks, rules)
    } catch (error) {
      return Promise.reject(error)
    }
    try {
      yielded = plan.method.invoke(context.args, context)
      waits = isThenable(yielded) // user code: a getter may throw
    } catch (error) {
      return Promise.reject(failed(context, error))
    }
    if (waits) {
      const pending = yielded as PromiseLike<unknown> // a thenable
      return new Invocation(context, environment.deadlines).settle(pending, replyOf, failed)
    }
    try {
      return replyOf(context, yielded)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

/** A handler that always answers with a promise. */
export function settled(handle: EagerHandler): Handler {
  return (call) => {
    const reply = handle(call)
    return reply instanceof Promise ? reply : Promise.resolve(reply)
  }
}

function passOn(_context: InvocationContext, reply: Reply): Reply {
  return reply
}

/** One call under way. */
class Invocation implements Watched {
  readonly plan: Plan
  readonly call: Call
  readonly context: InvocationContext
  previous: Watched | undefined = undefined
  next: Watched | undefined = undefined
  readonly #deadlines: DeadlineWatch
  #reject: ((error: unknown) => void) | undefined

  constructor(context: InvocationContext, deadlines: DeadlineWatch) {
    this.plan = InvocationContext.planOf(context)
    this.call = InvocationContext.callOf(context)
    this.context = context
    this.#deadlines = deadlines
  }

  get at(): number {
    return this.context.deadline ?? Number.POSITIVE_INFINITY
  }

  expire(): void {
    const error = timeoutError(this.call, this.at)
    this.context.abort(error)
    this.#reject?.(error)
  }

  /**
   * Settles with what a promise yields, or with an error at the deadline; a late result is dropped. Streams are exempt once
   * started. Source: remoting I-7, I-13.
   */
  settle<T>(
    pending: PromiseLike<T>,
    finish: (context: InvocationContext, value: T) => Reply,
    fail?: (context: InvocationContext, error: unknown) => unknown,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const isWatched = this.context.deadline !== undefined
      if (isWatched) {
        this.#reject = reject
        this.#deadlines.watch(this)
      }
      pending.then(
        (value) => {
          if (isWatched) this.#deadlines.release(this)
          try {
            resolve(finish(this.context, value))
          } catch (error) {
            reject(error)
          }
        },
        (error) => {
          if (isWatched) this.#deadlines.release(this)
          reject(fail === undefined ? error : fail(this.context, error))
        },
      )
    })
  }
}

function failed(context: InvocationContext, error: unknown): unknown {
  context.failInMethod()
  return error
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/** The long way: computed arguments, instance, phases, hooks, afterError. */
async function runFull(invocation: Invocation): Promise<Reply> {
  const { plan, context, call } = invocation
  let stage: Stage = 'arguments'
  try {
    if (plan.makeOptions !== undefined) context.options = await plan.makeOptions.make(context)
    await prepareArguments(invocation)
    stage = 'phases'
    const rest = call.transport === 'rest' ? plan.method.definition.rest : undefined
    if (rest?.before !== undefined) {
      stage = 'rest'
      await rest.before(context)
      stage = 'phases'
    }
    const output = await runSteps(invocation)
    if (output === answeredByHook) return answered
    if (rest?.after !== undefined) {
      stage = 'rest'
      await rest.after(context)
    }
    return context.answered ? answered : output
  } catch (error) {
    throw await afterError(invocation, error, stage)
  }
}

type Stage = 'arguments' | 'phases' | 'rest'

/** Converts the arguments and loads the instance; both failures may wait for `invoke:before`. Source: remoting HO-1, HO-2, H-3. */
async function prepareArguments(invocation: Invocation): Promise<void> {
  const { plan, call, context } = invocation
  const rules = plan.argumentRules
  try {
    context.args = await computeArguments(plan.method, call.input, context, rules)
  } catch (error) {
    if (plan.environment.profile.compat['H-3']) throw error
    context.argumentError = error ?? new RemoteError('conversion failed')
    context.args = {}
  }
  if (plan.ctor !== undefined) await loadInstance(plan.ctor, invocation)
}

async function loadInstance(ctor: SharedMethod, invocation: Invocation): Promise<void> {
  const { plan, call, context } = invocation
  const rules = plan.argumentRules
  try {
    const input = call.ctorInput ?? { values: [], typed: true }
    const args = await computeArguments(ctor, input, context, rules)
    context.ctorArgs = args
    checkArguments(ctor.parameters, args, false, rules)
    const loaded = await ctor.invoke(args, context)
    context.instance = loaded as Readonly<Record<string, unknown>> // a sharedCtor yields a row or rejects
  } catch (error) {
    context.sharedCtorError = error ?? new RemoteError('the instance could not be loaded')
  }
}

const answered: Reply = Object.freeze({ kind: 'answered' })
const answeredByHook = answered

async function runSteps(invocation: Invocation): Promise<Reply> {
  const { plan, context } = invocation
  for (const step of plan.steps) {
    if (step.kind === 'hooks') {
      await runHooks(step.hooks, context)
      if (step.endsCall && context.answered) return answeredByHook
    } else if (step.kind === 'raise') raiseStored(context)
    else await invokeMethod(invocation)
  }
  return context.answered ? answered : makeReply(plan, context.result, context.replyMetadata)
}

async function runHooks(hooks: readonly Hook[], context: InvocationContext): Promise<void> {
  for (const hook of hooks) {
    const pending = hook(context)
    if (isThenable(pending)) await pending
    if (context.answered) return
  }
}

function raiseStored(context: InvocationContext): void {
  if (context.sharedCtorError !== undefined) throw context.sharedCtorError
  if (context.argumentError !== undefined) throw context.argumentError
}

async function invokeMethod(invocation: Invocation): Promise<void> {
  const { plan, call, context } = invocation
  checkArguments(plan.parameters, context.args, plan.rechecks, plan.argumentRules)
  let yielded: unknown
  try {
    yielded = await plan.method.invoke(context.args, context)
  } catch (error) {
    throw failed(context, error)
  }
  const output = plan.output(yielded, call.rich === true)
  context.result = output.value
  context.replyMetadata = metadataOf(output.status, output.headers)
}

/** Shapes what the method yielded. */
function replyOf(context: InvocationContext, yielded: unknown): Reply {
  if (context.answered) return answered
  const plan = InvocationContext.planOf(context)
  const output = plan.output(yielded, InvocationContext.callOf(context).rich === true)
  return makeReply(plan, output.value, metadataOf(output.status, output.headers))
}

function makeReply(plan: Plan, value: unknown, metadata: ReplyMetadata | undefined): Reply {
  return plan.method.streams
    ? streamReply(plan, value, metadata)
    : { kind: 'value', value, metadata }
}

function metadataOf(
  status: number | undefined,
  headers: Readonly<Record<string, string>> | undefined,
): ReplyMetadata | undefined {
  return status === undefined && headers === undefined ? undefined : { status, headers }
}

/** **Errors**: 500 when the method yields no stream. Source: remoting ST-11. */
function streamReply(plan: Plan, value: unknown, metadata: ReplyMetadata | undefined): Reply {
  const first = plan.method.returns[0]
  const stream =
    first !== undefined && !first.root && typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)[first.name] // namedShaper made the object
      : value
  const items = stream === absent ? undefined : toItems(stream)
  if (items === undefined) {
    throw new RemoteError(
      `${plan.method.fullName}: expected a stream, got ${stream === null ? 'null' : typeof stream}`,
      {
        code: 'internal',
      },
    )
  }
  return { kind: 'stream', items, metadata }
}

/** Runs afterError hooks; each may mutate, replace or rethrow the error, none can turn it into success. Source: remoting H-7 … H-9. */
async function afterError(invocation: Invocation, error: unknown, stage: Stage): Promise<unknown> {
  const { plan, context } = invocation
  if (stage === 'rest' || plan.afterError.length === 0) return error
  const isConversion = stage === 'arguments' || error === context.argumentError
  if (isConversion && !plan.environment.errorsOnArguments) return error
  context.error = error
  try {
    for (const hook of plan.afterError) await hook(context)
  } catch (replacement) {
    return replacement
  }
  return context.error ?? error
}

function timeoutError(call: Call, deadline: number): RemoteError {
  return call.deadline === deadline
    ? remoteError('DEADLINE_EXCEEDED', `${call.method.fullName} did not finish before its deadline`)
    : remoteError('INVOCATION_TIMEOUT', `${call.method.fullName} did not finish in time`)
}
