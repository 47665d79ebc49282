/** Whether a member of this name could reach a prototype. Such members are neither sent nor accepted. */
export function isReservedKey(key: string): boolean {
  // most keys are shorter than each of them
  return key.length > 8 && (key === '__proto__' || key === 'constructor' || key === 'prototype')
}
