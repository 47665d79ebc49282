/** Position in a stream as clients send it back: the stream's own id and the number of an event, from 0. */
export interface EventId {
  readonly stream: string
  readonly number: number
}

/** `undefined` for a text that was never given out. */
export function parseEventId(text: string): EventId | undefined {
  const match = /^([\w-]{1,64})\.(\d{1,15})$/.exec(text)
  return match === null ? undefined : { stream: match[1] ?? '', number: Number(match[2]) }
}

/** Written first: when to come back, and the place to begin at if nothing else arrives. */
export function beginText(stream: string, number: number, retryMs: number): string {
  return `retry: ${retryMs}\nid: ${stream}.${number}\n\n`
}

/** An item; JSON holds no line breaks. */
export function itemText(stream: string, number: number, json: string): string {
  return `id: ${stream}.${number}\nevent: data\ndata: ${json}\n\n`
}

/** The last event of a stream that came to its end. */
export function endText(stream: string, number: number): string {
  return `id: ${stream}.${number}\nevent: end\ndata: null\n\n`
}

/** The last event of a stream that failed. */
export function errorText(stream: string, number: number, json: string): string {
  return `id: ${stream}.${number}\nevent: error\ndata: ${json}\n\n`
}

/** Says that the events `from` … `to` are gone; what follows them comes next. */
export function gapText(stream: string, from: number, to: number): string {
  return `id: ${stream}.${to}\nevent: gap\ndata: {"from":${from},"to":${to}}\n\n`
}

/**
 * Says that a stream is gone from `from` on. The empty id makes the client forget its place: when it comes back, it makes
 * a new call. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function lostText(from: number | null, retryMs: number): string {
  return `retry: ${retryMs}\nid\nevent: gap\ndata: {"from":${from},"to":null}\n\n`
}

/** A comment; it keeps proxies from closing an idle connection. */
export const heartbeatText = ':keepalive\n\n'
