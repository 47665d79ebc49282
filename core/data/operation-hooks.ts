import type { Hook, HookContexts, HookName, HookTable } from '../model/hook.ts'
import type { Model } from '../model/model.ts'

/** The observers of one model, one member per hook; `undefined` where there are none, so that nothing is built for them. */
export interface ModelHooks {
  readonly access: readonly Hook<'access'>[] | undefined
  readonly beforeSave: readonly Hook<'before save'>[] | undefined
  readonly persist: readonly Hook<'persist'>[] | undefined
  readonly loaded: readonly Hook<'loaded'>[] | undefined
  readonly afterSave: readonly Hook<'after save'>[] | undefined
  readonly beforeDelete: readonly Hook<'before delete'>[] | undefined
  readonly afterDelete: readonly Hook<'after delete'>[] | undefined
  readonly change: readonly Hook<'change'>[] | undefined
}

/** Where the observers of all models come from. */
export interface HookSources {
  /** From the definitions; inherited observers first. */
  readonly defined: ReadonlyMap<string, HookTable>
  /** Added at run time, by model. */
  readonly observed: ReadonlyMap<string, HookTable>
  readonly models: ReadonlyMap<string, Model>
}

/** The observers of a model, those of its bases first (the whole chain). Source: data D-5.1-2, D-1.8-4. */
export function compileModelHooks(model: Model, sources: HookSources): ModelHooks {
  const list = <N extends HookName>(hook: N): readonly Hook<N>[] | undefined => {
    const all = collectHooks(model, hook, sources)
    return all.length === 0 ? undefined : Object.freeze(all)
  }
  return Object.freeze({
    access: list('access'),
    beforeSave: list('before save'),
    persist: list('persist'),
    loaded: list('loaded'),
    afterSave: list('after save'),
    beforeDelete: list('before delete'),
    afterDelete: list('after delete'),
    change: list('change'),
  })
}

/** A definition's table begins with that of its base, so what differs after that beginning is its own. */
function collectHooks<N extends HookName>(model: Model, hook: N, sources: HookSources): Hook<N>[] {
  const base = model.base === undefined ? undefined : sources.models.get(model.base)
  const inherited = base === undefined ? [] : collectHooks(base, hook, sources)
  const defined: readonly Hook<N>[] = sources.defined.get(model.name)?.[hook] ?? []
  const ofBase = (base && sources.defined.get(base.name)?.[hook]) ?? []
  let shared = 0
  while (shared < ofBase.length && ofBase[shared] === defined[shared]) shared++
  const observed: readonly Hook<N>[] = sources.observed.get(model.name)?.[hook] ?? []
  return [...inherited, ...defined.slice(shared), ...observed]
}

/** Runs observers one after the other; the first error ends the operation. Source: data D-5.1-2. */
export async function runHooks<N extends HookName>(
  hooks: readonly Hook<N>[],
  context: HookContexts[N],
): Promise<void> {
  for (const hook of hooks) await hook(context)
}

/** The observers of array hooks get the contexts of all items at once. Source: data D-5.2-2. */
export async function runArrayHooks<N extends 'persist' | 'loaded'>(
  hooks: readonly Hook<N>[],
  contexts: HookContexts[N][],
): Promise<void> {
  for (const hook of hooks) {
    // createAll hands over the list of contexts, which the type of single-row observers does not say.
    await (hook as (contexts: unknown) => unknown)(contexts)
  }
}
