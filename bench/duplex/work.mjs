/** What the duplex peers do: `greet({ name })`, text of 1 to 100 characters, answers `{ greeting }`. */

/** 64 names that take turns. */
export const names = Array.from({ length: 64 }, (_, index) => `Reader ${index} Ämne`)

/** Arguments every peer must refuse. */
export const invalidArguments = [{}, { name: '' }, { name: 'x'.repeat(101) }, { name: 7 }]

export const greet = ({ name }) => ({ greeting: `Hello, ${name}!` })

/** The check of the peers that leave it to the method, written by hand. */
export function checkedGreet(args) {
  const name = args?.name
  if (typeof name !== 'string' || name.length < 1 || name.length > 100) {
    throw new Error('name must be a text of 1 to 100 characters')
  }
  return { greeting: `Hello, ${name}!` }
}

/** Connections, and calls in flight on each of them, by the letter of the work. */
export const works = {
  a: { title: 'one connection, one call at a time', connections: 1, inFlight: 1 },
  b: { title: 'one connection, 64 calls in flight', connections: 1, inFlight: 64 },
  c: { title: '64 connections, one call in flight on each', connections: 64, inFlight: 1 },
  d: { title: '16 connections, 64 calls in flight on each', connections: 16, inFlight: 64 },
  e: { title: 'memory of idle connections' },
}
