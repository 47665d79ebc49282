import { type HookName, hookNames } from './hook.ts'
import { isPlainObject } from './plain-object.ts'

type Settings = Readonly<Record<string, unknown>>

/** What happens to one settings key of a base when a model extends it. */
type MergePolicy = 'replace' | 'patch' | 'deep' | 'union' | 'append' | 'rank' | 'hooks' | 'own'

/** Source: data D-1.8-2; names and paths belong to one model, and mixins have been applied already. */
const policies: Readonly<Record<string, MergePolicy>> = {
  description: 'replace',
  hidden: 'union',
  protected: 'union',
  acls: 'rank',
  validations: 'append',
  hooks: 'hooks',
  plural: 'own',
  http: 'own',
  mixins: 'own',
  public: 'own',
  excludeBaseProperties: 'own',
}

/** The fuller table of `configureModelMerge: true`. Source: data D-1.8-3. */
const configuredPolicies: Readonly<Record<string, MergePolicy>> = {
  ...policies,
  options: 'patch',
  indexes: 'patch',
  methods: 'patch',
  scopes: 'patch',
  scope: 'replace',
}

/** Merges the settings of a base and of the model that extends it. */
export function mergeSettings(base: Settings, child: Settings): Settings {
  const configured = child['configureModelMerge']
  const table = isPlainObject(configured)
    ? { ...configuredPolicies, ...configured }
    : configured === true
      ? configuredPolicies
      : policies
  const fallback: unknown = configured ? 'replace' : 'deep'
  const merged: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(base), ...Object.keys(child)])) {
    if (key === '__proto__') continue
    if (configured && child[key] === null) continue
    const policy = Object.hasOwn(table, key) ? table[key as keyof typeof table] : fallback
    const value = mergeKey(policy, base[key], child[key], child)
    if (value !== undefined) merged[key] = value
  }
  return merged
}

function mergeKey(policy: unknown, base: unknown, child: unknown, settings: Settings): unknown {
  switch (policy) {
    case 'own':
      return child
    case 'replace':
      return child === undefined ? base : child
    case 'patch':
      return isPlainObject(base) && isPlainObject(child) ? { ...base, ...child } : (child ?? base)
    case 'union':
      return [...new Set([...namesOf(base), ...namesOf(child)])]
    case 'append':
      return settings['inheritValidators'] === false ? child : [...listOf(base), ...listOf(child)]
    case 'rank':
      return mergeRules(base, child)
    case 'hooks':
      return mergeHooks(base, child)
    default:
      return mergeDeep(base, child)
  }
}

/** Names given as list or as map. */
export function namesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((name) => typeof name === 'string')
  if (!isPlainObject(value)) return []
  return Object.keys(value).filter((name) => value[name])
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Access rules of the base come first; `__rank` counts the depth of inheritance, from 1. */
function mergeRules(base: unknown, child: unknown): readonly unknown[] {
  const inherited = listOf(base).map((rule) => ranked(rule, 1))
  const depth = inherited.reduce<number>((most, rule) => Math.max(most, rankOf(rule)), 1)
  return [...inherited, ...listOf(child).map((rule) => ranked(rule, depth + 1))]
}

function rankOf(rule: unknown): number {
  const rank = isPlainObject(rule) ? rule['__rank'] : undefined
  return typeof rank === 'number' ? rank : 0
}

function ranked(rule: unknown, rank: number): unknown {
  return isPlainObject(rule) && rankOf(rule) === 0 ? { ...rule, __rank: rank } : rule
}

/** Observers of the base run first. Source: data D-5.1-2. */
function mergeHooks(base: unknown, child: unknown): Settings {
  const merged: Partial<Record<HookName, unknown>> = {}
  for (const name of hookNames) {
    const hooks = [base, child].flatMap((table) =>
      isPlainObject(table) ? (table[name] ?? []) : [],
    )
    if (hooks.length > 0) merged[name] = hooks
  }
  return merged
}

/** Objects member by member, lists of plain values as union; anything else of the child wins. */
function mergeDeep(base: unknown, child: unknown): unknown {
  if (child === undefined) return base
  if (isPlainObject(base) && isPlainObject(child)) {
    const merged: Record<string, unknown> = {}
    for (const key of new Set([...Object.keys(base), ...Object.keys(child)])) {
      if (key !== '__proto__') merged[key] = mergeDeep(base[key], child[key])
    }
    return merged
  }
  if (Array.isArray(base) && Array.isArray(child) && child.every(isScalar)) {
    return [...new Set([...base, ...child])]
  }
  return child
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
