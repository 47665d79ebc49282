declare const provided: unique symbol

/** Names a thing one plugin provides and another needs; two keys of the same name are still two things. */
export interface Key<T> {
  readonly name: string
  /** Only for the type checker. */
  readonly [provided]?: T
}

/** Creates a key, e.g. `createKey<HttpHost>('http-host')`. */
export function createKey<T>(name: string): Key<T> {
  return Object.freeze({ name })
}
