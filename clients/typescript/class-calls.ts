import { type CallOptions, eitherSignal, fromOptions, type Stream } from './call-options.ts'
import type { ClientHandler, IncomingReply, OutgoingCall } from './channel.ts'
import type { ApiDescription, ClassDescription } from './description.ts'
import { type ModelCall, modelCalls, relationCalls, scopeCalls } from './model-calls.ts'
import { is } from './remote-error.ts'
import { own } from './rest-request.ts'
import { createStream } from './stream.ts'

type Callable = (...values: readonly unknown[]) => unknown

/** A call without what its options add. */
type Planned = Omit<OutgoingCall, 'signal' | 'deadline' | 'metadata'>

/**
 * Makes the members of one class. Where a description says what the class is, it decides; without one the names of
 * {@link modelCalls} are those of a model, everything else is a method of the class, and of a row when its first argument
 * is no plain object.
 */
export function classCalls(
  className: string,
  api: ApiDescription | undefined,
  handler: ClientHandler,
): (name: string) => Callable {
  const shared = api && own(api.classes, className)
  const keyNames = keyNamesOf(shared)
  const isModel = api === undefined || shared?.isModel === true
  return (name) => {
    if (isModel && name === 'related') {
      return (id, relation) =>
        callsOf(relationCalls, className, `${relation}`, handler, keyArgs(keyNames, id))
    }
    if (isModel && name === 'scope') {
      return (scope) => callsOf(scopeCalls, className, `${scope}`, handler)
    }
    const plan = isModel ? own(modelCalls, name) : undefined
    const isOwn = plan !== undefined && plan.method !== name && shared && own(shared.methods, name)
    return plan === undefined || isOwn
      ? ownMethod(className, name, shared, keyNames, handler)
      : modelMethod(plan, className, '', keyNames, handler)
  }
}

/** Names of the arguments that load an instance. */
function keyNamesOf(shared: ClassDescription | undefined): readonly string[] {
  const names = [...(shared?.instancePath ?? '').matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  return names.length === 0 ? ['id'] : names
}

/** Several arguments come as one object. */
function keyArgs(names: readonly string[], id: unknown): Readonly<Record<string, unknown>> {
  const [only = 'id'] = names
  return names.length > 1 && isPlain(id) ? id : { [only]: id }
}

/** The calls of one relation or scope. */
function callsOf(
  calls: Readonly<Record<string, ModelCall>>,
  className: string,
  suffix: string,
  handler: ClientHandler,
  ctorArgs?: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Callable>> {
  return Object.fromEntries(
    Object.entries(calls).map(([name, plan]) => [
      name,
      modelMethod(plan, className, suffix, [], handler, ctorArgs),
    ]),
  )
}

function modelMethod(
  plan: ModelCall,
  className: string,
  suffix: string,
  keyNames: readonly string[],
  handler: ClientHandler,
  ctorArgs?: Readonly<Record<string, unknown>>,
): Callable {
  const { names, isIdempotent, streams, onInstance, member } = plan
  const method = `${className}.${plan.method}${suffix}`
  return (...values) => {
    const rest = onInstance ? values.slice(1) : values
    const call: Planned = {
      method,
      args: Object.fromEntries(
        names
          .map((name, at) => [name, rest[at]] as const)
          .filter(([, value]) => value !== undefined),
      ),
      ctorArgs: onInstance ? keyArgs(keyNames, values[0]) : ctorArgs,
      isIdempotent,
      streams,
      member,
    }
    const options = rest[names.length] as CallOptions | undefined // checked by fromOptions
    return streams ? streamed(handler, call, options) : answer(handler, call, options, plan)
  }
}

async function answer(
  handler: ClientHandler,
  call: Planned,
  options: CallOptions | undefined,
  { member, orNull }: ModelCall,
): Promise<unknown> {
  try {
    const value = resultOf(await handler(withOptions(call, options)))
    return member !== undefined && isPlain(value) ? value[member] : value
  } catch (error) {
    if (orNull && is(error, 'MODEL_NOT_FOUND')) return null
    throw error
  }
}

function ownMethod(
  className: string,
  name: string,
  shared: ClassDescription | undefined,
  keyNames: readonly string[],
  handler: ClientHandler,
): Callable {
  const ofClass = shared && own(shared.methods, name)
  const ofRow = shared && own(shared.methods, `prototype.${name}`)
  // made once: what looks a name up is faster with one it has seen
  const onClass = `${className}.${name}`
  const onRow = `${className}.prototype.${name}`
  return (first, second, third) => {
    const hasKey = first !== undefined && !isPlain(first)
    const isInstance = shared === undefined ? hasKey : ofRow !== undefined && (hasKey || !ofClass)
    const args = isInstance ? second : first
    const options = (isInstance ? third : second) as CallOptions | undefined // checked by fromOptions
    if (args !== undefined && !isPlain(args)) {
      throw new TypeError(
        `${className}.${name}: the arguments must be an object, got ${typeof args}`,
      )
    }
    const { streams, isIdempotent } = (isInstance ? ofRow : ofClass) ?? {}
    const call: Planned = {
      method: isInstance ? onRow : onClass,
      args: args ?? {},
      ctorArgs: isInstance ? keyArgs(keyNames, first) : undefined,
      isIdempotent,
      streams,
    }
    if (streams) return streamed(handler, call, options)
    return shared === undefined
      ? either(handler, call, options)
      : handler(withOptions(call, options)).then(resultOf)
  }
}

function streamed(
  handler: ClientHandler,
  call: Planned,
  options: CallOptions | undefined,
): Stream<unknown> {
  return createStream((leaving) => {
    const given = fromOptions(options)
    return handler({ ...call, ...given, signal: eitherSignal(given.signal, leaving) })
  })
}

/** Nothing says whether the result is a value or a stream: it can be awaited, or iterated. */
function either(
  handler: ClientHandler,
  call: Planned,
  options: CallOptions | undefined,
): Promise<unknown> & Stream<unknown> {
  const left = new AbortController()
  const given = fromOptions(options)
  const reply = handler({ ...call, ...given, signal: eitherSignal(given.signal, left.signal) })
  const stream = createStream((leaving) => {
    leaving.addEventListener('abort', () => left.abort(leaving.reason), { once: true })
    return reply
  })
  return Object.assign(reply.then(resultOf), stream)
}

function withOptions(call: Planned, options: CallOptions | undefined): OutgoingCall {
  return options === undefined ? call : { ...call, ...fromOptions(options) }
}

function resultOf(reply: IncomingReply): unknown {
  return reply.kind === 'stream' ? reply.items : reply.value
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
