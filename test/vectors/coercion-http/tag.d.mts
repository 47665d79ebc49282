/** Describes a value exactly as a method received it, in plain JSON. */
export function tag(value: unknown): { readonly t: string; readonly v?: unknown }
