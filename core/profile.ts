import { remoteError } from './error/remote-error.ts'

/**
 * Every rule in which the two profiles differ, with what `loopback3` does. `strict` does what the text of the rule says.
 * Source: remoting section 11, data section 13; the last group stands in `docs/decisions/0003-recordings-decide-loopback3.md`.
 */
export const compatRules = {
  // remoting
  'C-14': 'sharedMethods globs are unanchored, with a warning',
  'A-10': 'the JSON content type is case-sensitive for the conversion mode',
  'I-7': 'no invocation timeout by default',
  'N-6': '_format=xml always answers XML',
  'E-1': 'error.status is sent beside error.statusCode',
  'E-5': 'XML errors are always available',
  'CX-1': 'dates are any text the engine parses',
  'H-3': 'a conversion error (400) is reported before 401 and 403',
  'H-8': 'afterError does not run for conversion errors',
  'ST-5': 'stream responses stay open after the last frame, at most 300 s',
  'FI-2': 'untyped files have the negotiated JSON type',
  'J-5': 'several JSON-RPC returns: only the first value',
  'J-12': 'malformed JSON-RPC answers -32000',
  'X-12': 'a method without any access rule is open',
  'CF-30': 'an unknown configuration key is a warning',
  // data
  'D-1.1-16': 'validations of JSON definitions are ignored',
  'D-1.2-7': 'an unknown defaultFn is a warning',
  'D-1.2-17': 'a property named constructor is a warning',
  'D-1.3-2': 'objects given for String are stringified',
  'D-1.3-3': 'text that is no number becomes NaN, stored as null',
  'D-1.3-4': 'anything given for Boolean is converted by truthiness',
  'D-1.3-6': 'a DateString in JSON is text holding {"when":…}',
  'D-1.3-9': 'text given for Any and JSON is parsed if possible',
  'D-1.4-9': 'upserts on the forced-id path are not validated',
  'D-1.6-5': 'hidden and protected properties are removed from where',
  'D-1.6-6': 'hidden properties in order are ignored',
  'D-1.7-2': 'upserts are validated with a warning only',
  'D-1.7-3': 'updateAll does not validate',
  'D-2.2-1': 'save of a vanished row is no error',
  'D-2.5-3': 'mongodb: null matches the BSON null type only',
  'D-2.5-5': 'SQL: negative operators exclude null',
  'D-3.1-4': 'order by an unknown property is ignored',
  'D-3.1-8': 'unknown filter keys are passed to the connector',
  'D-3.2-1': 'memory compares undeclared paths loosely',
  'D-3.2-7': 'like is an unanchored regular expression in memory',
  'D-3.2-16': 'mongodb operators from an allow-list without opt-in',
  'D-3.2-18': 'an unknown operator matches nothing',
  'D-3.3-2': 'booleans in where by truthiness',
  'D-3.3-10': 'dotted paths are not converted',
  'D-3.3-12': 'unknown properties in where are queried as they are on open models',
  'D-3.4-6': 'a bad include scalar is ignored',
  'D-3.5-8': 'an invalid pattern is used as escaped text',
  'D-4.6-8': 'embedsMany.create validates before the hook',
  'D-4.9-23': 'an empty belongsTo answers 200 over REST',
  'D-5.1-5': 'currentInstance is not frozen',
  'D-7-12': 'mongodb ignores the isolation level',
  'D-9.3-21': 'Number migrates to INTEGER',
  'D-9.5-1': 'MySQL collation utf8_general_ci',
  'D-9.5-7': 'MySQL null for NOT NULL is the type default',
  'D-9.8-2': 'mongodb guesses ObjectIDs',
  'D-9.8-5': 'mongodb: only operators are used when mixed',
  // where LoopBack 3 was recorded to answer otherwise than the rule's text
  'E-14': 'conversion errors carry neither code nor details',
  'Q-11': 'a member named constructor of a JSON body reaches the method; models refuse it',
  'U-11': 'OPTIONS without CORS answers 404',
  'N-4': 'a GET is run before its 406 is decided, so that 404 wins',
  'B-4': 'the content type of a 204 names its charset',
  'N-20': 'XML shows unset properties and missing error members as the text undefined',
  'D-2.1-1': 'bulk create stores the valid items and answers 500 with one entry per item',
  'D-3.1-12': 'in order, missing values come first and null compares as in JavaScript',
  'D-2.3-16': 'findOne without a match names the id undefined',
} as const satisfies Readonly<Record<string, string>>

/** Old behaviours neither profile has; each is switched on by its name. */
export const compatExtras = {
  argsParameter: 'a JSON object in the parameter args supplies arguments (LoopBack 2, CF-29)',
} as const satisfies Readonly<Record<string, string>>

/** Name of a switch under `compat`. */
export type CompatSwitch = CompatRule | keyof typeof compatExtras

/** Id of a rule in which the profiles differ. */
export type CompatRule = keyof typeof compatRules

/** `strict` for new applications, `loopback3` for those that serve LoopBack 3's clients. */
export type ProfileName = 'strict' | 'loopback3'

/** The resolved switches: `profile.compat['CX-1']` is true where LoopBack 3's behaviour is wanted. */
export interface Profile {
  readonly name: ProfileName
  readonly compat: Readonly<Record<CompatSwitch, boolean>>
}

/** Single switches, by rule id; `true` is LoopBack 3's side. Beside them the old behaviours of {@link compatExtras}. */
export type CompatOptions = Readonly<Partial<Record<CompatSwitch, boolean>>> & {
  /** Another name of `CX-1`. */
  readonly legacyDateParsing?: boolean
}

/**
 * Resolves a profile and its single overrides.
 *
 * **Errors**: `INVALID_ARGUMENT` for an unknown profile or rule id.
 */
export function resolveProfile(
  name: ProfileName = 'strict',
  overrides: CompatOptions = {},
): Profile {
  if (name !== 'strict' && name !== 'loopback3') {
    throw remoteError('INVALID_ARGUMENT', `unknown profile "${String(name)}"`)
  }
  const { legacyDateParsing, ...rules } = overrides
  const wanted = legacyDateParsing === undefined ? rules : { 'CX-1': legacyDateParsing, ...rules }
  for (const [id, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(compatRules, id) && !Object.hasOwn(compatExtras, id)) {
      throw remoteError('INVALID_ARGUMENT', `compat.${id}: no such rule`)
    }
    if (typeof value !== 'boolean') {
      throw remoteError('INVALID_ARGUMENT', `compat.${id}: expected boolean, got ${typeof value}`)
    }
  }
  const compat = Object.fromEntries([
    ...Object.keys(compatRules).map((id) => [id, name === 'loopback3']),
    ...Object.keys(compatExtras).map((id) => [id, false]),
  ]) as Record<CompatSwitch, boolean> // built from the keys of both lists
  return Object.freeze({ name, compat: Object.freeze({ ...compat, ...wanted }) })
}

/** The profile of new applications. */
export const strictProfile: Profile = resolveProfile('strict')
