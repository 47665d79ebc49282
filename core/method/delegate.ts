import type { SharedMethod } from './shared-method.ts'

type Named = Pick<SharedMethod, 'name' | 'isStatic' | 'aliases'>

type Running = Pick<SharedMethod, 'name' | 'isStatic' | 'invoke' | 'owner'>

type AnyFunction = (...args: never[]) => unknown

/**
 * The method is, or is an alias of, the one that is named, or it runs the given function. A name stands for an instance
 * method unless `isStatic` is true.
 *
 * **Errors**: `TypeError` for anything but a name or a function. **Source**: remoting S-13.
 */
export function isDelegateFor(
  method: Named & Running,
  suspect: string | AnyFunction,
  isStatic = false,
): boolean {
  if (typeof suspect === 'function') return runs(method, suspect)
  requireName(suspect)
  return method.isStatic === isStatic && hasName(method, suspect)
}

/**
 * The same with the whole name of a method inside its class: `find`, `prototype.patchAttributes`.
 *
 * **Errors**: `TypeError` for anything but a name. **Source**: remoting S-13.
 */
export function isDelegateForName(method: Named, name: string): boolean {
  requireName(name)
  const isPrototype = name.startsWith(prefix)
  return (
    method.isStatic !== isPrototype &&
    hasName(method, isPrototype ? name.slice(prefix.length) : name)
  )
}

const prefix = 'prototype.'

function hasName({ name, aliases }: Named, suspect: string): boolean {
  return name === suspect || aliases.includes(suspect)
}

/** A discovered method is called through a wrapper; the function itself stands on its class. */
function runs({ name, isStatic, invoke, owner }: Running, suspect: AnyFunction) {
  if (invoke === suspect) return true
  const holder = isStatic ? owner : prototypeOf(owner)
  return isHolder(holder) && Reflect.get(holder, name) === suspect
}

function prototypeOf(owner: unknown): unknown {
  return isHolder(owner) ? Reflect.get(owner, 'prototype') : undefined
}

function isHolder(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function requireName(name: unknown): void {
  if (typeof name !== 'string') {
    throw new TypeError(`the name of a method must be a text, got ${typeof name}`)
  }
}
