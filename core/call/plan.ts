import type { CallContext, CallOptions } from '../method/context.ts'
import {
  type Hook,
  type HookEntry,
  type HookMoment,
  type HookOrder,
  selectHooks,
} from '../method/hooks.ts'
import { compileOutput, type OutputShaper } from '../method/output.ts'
import type { Parameter, SharedMethod } from '../method/shared-method.ts'
import type { Profile } from '../profile.ts'
import type { ArgumentRules } from './arguments.ts'
import type { PhaseList } from './phases.ts'

/** Computes the options of one call; may be async. Source: remoting X-2 … X-5. */
export type OptionsMaker = (context: CallContext) => CallOptions | Promise<CallOptions>

/** How a class computes options: at once, or with user code that may be async. */
export type OptionsPlan =
  | { readonly isAsync: false; readonly make: (context: CallContext) => CallOptions }
  | { readonly isAsync: true; readonly make: OptionsMaker }

/** What plans are compiled with. */
export interface PlanEnvironment {
  readonly profile: Profile
  readonly phases: PhaseList
  readonly hooks: Readonly<Record<HookMoment, readonly HookEntry[]>>
  readonly hookOrder: HookOrder
  /** Run first in phase `auth`. */
  readonly authorize: readonly Hook[]
  /** Milliseconds a call may take; 0 for no limit. Source: remoting I-7. */
  readonly invocationTimeout: number
  /** afterError runs for conversion errors. Source: remoting H-8. */
  readonly errorsOnArguments: boolean
  readonly optionsOf: (className: string) => OptionsPlan
  readonly validateReturns: boolean
}

/** One stage of a call: hooks in order, or the invocation itself. */
export type Step =
  | { readonly kind: 'hooks'; readonly hooks: readonly Hook[]; readonly endsCall: boolean }
  | Stage

/** Stages that are not user code lists. */
export type Stage = { readonly kind: 'raise' } | { readonly kind: 'invoke' }

/** Everything about a method that can be decided before its first call. */
export interface Plan {
  readonly method: SharedMethod
  readonly parameters: readonly Parameter[]
  /** Loads the instance of prototype methods. */
  readonly ctor: SharedMethod | undefined
  readonly output: OutputShaper
  readonly steps: readonly Step[]
  /** No hook, no phase handler, no instance, no computed argument: the short way through the dispatcher. */
  readonly isPlain: boolean
  readonly afterError: readonly Hook[]
  /** Computed options are needed before the arguments are built. */
  readonly makeOptions: OptionsPlan | undefined
  /** Arguments are checked again before the invocation, because hooks may have replaced them. */
  readonly rechecks: boolean
  readonly argumentRules: ArgumentRules
  readonly environment: PlanEnvironment
}

/** Compiles the plan of a method. */
export function compilePlan(
  method: SharedMethod,
  ctor: SharedMethod | undefined,
  environment: PlanEnvironment,
): Plan {
  const steps = compileSteps(method, environment)
  const afterError = hooksOf(method, environment.hooks.afterError, environment.hookOrder)
  const instanceLoader = method.isStatic ? undefined : ctor
  const takesOptions =
    takesComputedOptions(method) ||
    (instanceLoader !== undefined && takesComputedOptions(instanceLoader))
  const onlyInvokes = steps.every((step) => step.kind !== 'hooks')
  const makeOptions =
    takesOptions || !onlyInvokes ? environment.optionsOf(method.className) : undefined
  return Object.freeze({
    method,
    parameters: method.parameters,
    ctor: instanceLoader,
    output: compileOutput(method.fullName, method.returns, environment.validateReturns),
    steps,
    isPlain:
      onlyInvokes &&
      afterError.length === 0 &&
      instanceLoader === undefined &&
      method.definition.rest === undefined &&
      makeOptions?.isAsync !== true &&
      !method.parameters.some((parameter) => parameter.source === 'function'),
    afterError,
    makeOptions,
    rechecks: !onlyInvokes,
    argumentRules: {
      detailed: !environment.profile.compat['E-14'],
      legacyDates: environment.profile.compat['CX-1'],
    },
    environment,
  })
}

function takesComputedOptions(method: SharedMethod): boolean {
  return method.parameters.some((parameter) => parameter.source === 'options')
}

/** The hooks of a method, and of the method it stands for (nested relations: data D-4.9-22); each runs once. */
function hooksOf(
  { fullName, definition }: SharedMethod,
  entries: readonly HookEntry[],
  order: HookOrder,
): readonly Hook[] {
  const own = selectHooks(entries, fullName, order)
  const { hooksOf: other } = definition
  return typeof other === 'string'
    ? [...new Set([...own, ...selectHooks(entries, other, order)])]
    : own
}

/** Lays the phases out as one list of steps. Source: remoting 4.1. */
function compileSteps(method: SharedMethod, environment: PlanEnvironment): readonly Step[] {
  const { phases, hooks, hookOrder, authorize } = environment
  const steps: Step[] = []
  const add = (list: readonly Hook[], endsCall = true) => {
    if (list.length > 0) steps.push({ kind: 'hooks', hooks: list, endsCall })
  }
  for (const name of phases.getPhaseNames()) {
    const inSlot = (slot: 'before' | 'use' | 'after') =>
      phases.handlersFor(name, slot, method.fullName)
    if (name !== 'invoke') {
      add(inSlot('before'))
      if (name === 'auth') add(authorize)
      add(inSlot('use'))
      add(inSlot('after'))
      continue
    }
    steps.push({ kind: 'raise' })
    add(hooksOf(method, hooks.before, hookOrder))
    add(inSlot('before'))
    steps.push({ kind: 'invoke' })
    add(inSlot('use'), false)
    add(hooksOf(method, hooks.after, hookOrder), false)
    add(inSlot('after'), false)
  }
  return Object.freeze(steps)
}
