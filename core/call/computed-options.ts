import { type CallContext, type CallOptions, fromWire } from '../method/context.ts'
import type { OptionsMaker, OptionsPlan } from './plan.ts'

/** Guards every call carries unless its model says otherwise. Source: remoting X-2. */
export interface OptionDefaults {
  readonly prohibitHiddenPropertiesInQuery: boolean
  readonly maxDepthOfQuery: number
  readonly maxDepthOfData: number
}

/** Source: data D-1.6-7. */
export const optionDefaults: OptionDefaults = Object.freeze({
  prohibitHiddenPropertiesInQuery: true,
  maxDepthOfQuery: 12,
  maxDepthOfData: 32,
})

/**
 * The options object of one call. The signal is an accessor: a call nobody can cancel anything in never makes one.
 */
class ComputedOptions implements CallOptions {
  [key: string]: unknown
  readonly prohibitHiddenPropertiesInQuery: boolean
  readonly maxDepthOfQuery: number
  readonly maxDepthOfData: number
  readonly accessToken: unknown
  readonly #context: CallContext

  constructor(context: CallContext, defaults: OptionDefaults) {
    this.prohibitHiddenPropertiesInQuery = defaults.prohibitHiddenPropertiesInQuery
    this.maxDepthOfQuery = defaults.maxDepthOfQuery
    this.maxDepthOfData = defaults.maxDepthOfData
    this.accessToken = context.accessToken
    this.#context = context
  }

  get signal(): AbortSignal {
    return this.#context.signal
  }

  get [fromWire](): boolean {
    return true
  }
}

/**
 * Plans how a class computes options: the defaults, overlaid by the model's own maker, overlaid by what components add.
 */
export function planOptions(
  defaults: OptionDefaults,
  own: OptionsMaker | undefined,
  additions: readonly ((context: CallContext) => Readonly<Record<string, unknown>>)[],
): OptionsPlan {
  if (own === undefined && additions.length === 0) {
    return { isAsync: false, make: (context) => new ComputedOptions(context, defaults) }
  }
  return {
    isAsync: true,
    make: async (context) => {
      const options = new ComputedOptions(context, defaults)
      for (const add of additions) Object.assign(options, add(context))
      if (own !== undefined) Object.assign(options, await own(context))
      return options
    },
  }
}
