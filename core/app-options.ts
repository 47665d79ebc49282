import type { OptionsMaker } from './call/plan.ts'
import type { Connector } from './data/connector.ts'
import { invalidArgument } from './error/remote-error.ts'
import type { Logger } from './logger.ts'
import {
  checkPattern,
  type Hook,
  type HookEntry,
  type HookMoment,
  type HookOrder,
} from './method/hooks.ts'
import type { SharedClassDefinition, SharedMethodValue } from './method/shared-class.ts'
import type { Mixin } from './model/flatten-definition.ts'
import type { CompatOptions, ProfileName } from './profile.ts'
import type { RemotingSettings } from './transport.ts'

/** Hooks by pattern, e.g. `{ before: { 'Book.*': async (context) => {} } }`. */
export interface HookOptions {
  readonly before?: Readonly<Record<string, Hook | readonly Hook[]>>
  readonly after?: Readonly<Record<string, Hook | readonly Hook[]>>
  readonly afterError?: Readonly<Record<string, Hook | readonly Hook[]>>
}

/** How one model is used by this application. Source: framework 1.3. */
export interface ModelConfig {
  /** Name of a data source. @default the first one */
  readonly dataSource?: string | null
  /** Published over transports. @default true */
  readonly public?: boolean
  readonly remoting?: {
    readonly sharedMethods?: Readonly<Record<string, boolean>>
    readonly normalizeHttpPath?: boolean
    readonly expose?: readonly string[]
  }
  /** Adds to the computed options of calls to this model's class. Source: remoting X-2. */
  readonly createOptions?: OptionsMaker
}

/** Everything an application is made of. Unknown keys are refused. */
export interface AppOptions<Models, Methods> {
  /** @default 'strict' */
  readonly profile?: ProfileName
  /** Single switches, by rule id. */
  readonly compat?: CompatOptions
  readonly models?: Models
  /** Shared methods by class; a class that is no model is created. */
  readonly methods?: Methods
  /** Classes without a model, and what a model's class needs beyond its methods (`http`, `expose`). */
  readonly classes?: Readonly<Record<string, SharedClassDefinition>>
  /** Mixins by name, for models that ask for them. Source: data D-1.1-10. */
  readonly mixins?: Readonly<Record<string, Mixin>>
  readonly modelConfig?: Readonly<Record<string, ModelConfig>>
  /** Connectors by name. The first one holds every model that names no other. */
  readonly dataSources?: Readonly<Record<string, Connector>>
  readonly hooks?: HookOptions
  /** LoopBack's `remoting` section. Source: remoting section 8. */
  readonly remoting?: RemotingSettings
  /** Milliseconds a call may take, 0 for no limit. @default 120000 in strict, 0 in loopback3. Source: remoting I-7 */
  readonly invocationTimeout?: number
  /** @default 'specificity' */
  readonly hookOrder?: HookOrder
  /** afterError runs for conversion errors. @default true in strict, false in loopback3. Source: remoting H-8 */
  readonly errorsOnArguments?: boolean
  /** @default writes to standard output and standard error */
  readonly logger?: Logger
}

const knownKeys = new Set([
  'profile',
  'compat',
  'models',
  'methods',
  'classes',
  'mixins',
  'modelConfig',
  'dataSources',
  'hooks',
  'remoting',
  'invocationTimeout',
  'hookOrder',
  'errorsOnArguments',
  'logger',
])

const remotingKeys = new Set([
  'profile',
  'compat',
  'invocationTimeout',
  'hookOrder',
  'hooks',
  'context',
  'rest',
  'json',
  'urlencoded',
  'errorHandler',
  'cors',
  'types',
  'sharedMethods',
  'streams',
  'exports',
  'totalCount',
])

/** Checks the names and shapes of the options. **Errors**: `INVALID_ARGUMENT` naming the key path. */
export function checkAppOptions(options: AppOptions<unknown, unknown>): void {
  for (const key of Object.keys(options)) {
    if (!knownKeys.has(key)) throw invalidArgument(`createApp: unknown option "${key}"`)
  }
  const timeout = options.invocationTimeout
  if (timeout !== undefined && !(Number.isFinite(timeout) && timeout >= 0)) {
    throw invalidArgument(
      'createApp: invocationTimeout must be a number of milliseconds, 0 or more',
    )
  }
  checkContextSetting(options.remoting?.['context'])
}

/** The old implicit context is gone. Source: remoting X-10. */
function checkContextSetting(context: unknown): void {
  if (context === undefined || context === false) return
  const isOff =
    typeof context === 'object' &&
    context !== null &&
    Object.keys(context).length === 1 &&
    'enableHttpContext' in context &&
    context.enableHttpContext === false
  if (!isOff) {
    throw invalidArgument(
      'remoting.context is not supported: use currentContext() of viaduct/context inside a call instead',
    )
  }
}

/** What LoopBack's `remoting` section may say instead of the options of the same name. Source: remoting CF-1, CF-28. */
export function withRemotingDefaults<M, T>(options: AppOptions<M, T>): AppOptions<M, T> {
  const { profile, compat, invocationTimeout, hookOrder, hooks } = options.remoting ?? {}
  const errorsOnArguments = (hooks as { readonly errorsOnArguments?: boolean } | undefined)
    ?.errorsOnArguments // checked where it is used
  const defaults = Object.entries({ profile, invocationTimeout, hookOrder, errorsOnArguments })
  return {
    ...Object.fromEntries(defaults.filter(([, value]) => value !== undefined)),
    ...options,
    compat: { ...(compat as CompatOptions | undefined), ...options.compat }, // its keys are checked with the profile
  }
}

/** Names the keys under `remoting` that mean nothing. Source: remoting CF-30. */
export function unknownRemotingKeys(remoting: RemotingSettings): readonly string[] {
  return Object.keys(remoting).filter((key) => !remotingKeys.has(key))
}

/** Methods by class and name. */
export type MethodsByClass = Readonly<Record<string, Readonly<Record<string, SharedMethodValue>>>>

/** The moments hooks run at. */
export const hookMoments: readonly HookMoment[] = ['before', 'after', 'afterError']

/** Lists the hooks of the options. **Errors**: `INVALID_ARGUMENT` for a pattern that is none. */
export function readHooks(options: HookOptions = {}): Record<HookMoment, HookEntry[]> {
  const read = (moment: HookMoment) =>
    Object.entries(options[moment] ?? {}).flatMap(([pattern, given]) =>
      (Array.isArray(given) ? given : [given]).map((hook: Hook) => ({
        pattern: checkPattern(pattern),
        hook,
      })),
    )
  return { before: read('before'), after: read('after'), afterError: read('afterError') }
}
