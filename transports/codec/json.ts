import type { Codec, CodecFactory, CodecLimits } from './codec.ts'
import { idText } from './id-text.ts'
import { checkFrames, codecErrorFrom, malformed, parseCodecLimits, tooBig } from './limits.ts'
import { isPlainList } from './plain-value.ts'
import { checkFrame, createPreparation, prepareFrames } from './prepare-value.ts'
import { createTagWalk, taggedForms } from './tagged-value.ts'

/**
 * The codec of `viaduct.v1.json`: a message is the JSON text of its list of frames. What JSON has no form for is a tagged
 * object, `{"$":["date",1463664531299]}`; see {@link taggedForms}.
 */
export const jsonCodec: CodecFactory = Object.freeze<CodecFactory>({
  name: 'json',
  isText: true,
  create(types, options) {
    const limits = parseCodecLimits(options)
    const prepare = createPreparation(taggedForms, types)
    const walk = createTagWalk(types, limits)
    const encode: Codec['encode'] = (frames) => JSON.stringify(prepareFrames(frames, prepare))
    return Object.freeze<Codec>({
      name: 'json',
      encode,
      encodeFrame: (frame) => writeFrame(frame, prepare),
      encodePlain: encode,
      decode(message) {
        if (typeof message !== 'string') throw malformed('bytes instead of a text')
        checkSize(message, limits)
        try {
          // the list of frames and the frames are no levels of the values in them
          return checkFrames(walk(JSON.parse(message), -1))
        } catch (error) {
          throw codecErrorFrom(error)
        }
      },
    })
  },
})

/** Name of the method that was written last, and its text: calls in a row are often of one method. */
let lastName = ''
let lastText = '""'

/** Replies and calls are put together from their items, which costs a third less than the text of the list at once. */
function writeFrame(frame: readonly unknown[], prepare: (value: unknown) => unknown): string {
  checkFrame(frame)
  const items = isPlainList(frame) ? frame : (prepare(frame) as readonly unknown[]) // a list stays one
  const kind = items[0]
  const id = items[1]
  if (typeof kind === 'number' && isId(id)) {
    if (items.length === 3) return `[${kind},${idText(id)},${JSON.stringify(items[2])}]`
    const name = items[2]
    if (items.length === 4 && typeof name === 'string') {
      if (name !== lastName) {
        lastName = name
        lastText = JSON.stringify(name)
      }
      return `[${kind},${idText(id)},${lastText},${JSON.stringify(items[3])}]`
    }
  }
  return JSON.stringify(items)
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function checkSize(text: string, limits: CodecLimits): void {
  const most = limits.maxMessageBytes
  if (text.length > most || (text.length * 3 > most && bytesOfText(text) > most)) {
    throw tooBig(`more than ${most} bytes`)
  }
}

/** Bytes of a text in UTF-8. */
function bytesOfText(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) continue
    // each half of a surrogate pair stands for two of its four bytes
    bytes += code < 0x800 || (code & 0xf800) === 0xd800 ? 1 : 2
  }
  return bytes
}
