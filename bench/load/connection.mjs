import { connect } from 'node:net'

const endOfHead = Buffer.from('\r\n\r\n')
const endOfChunks = Buffer.from('0\r\n\r\n')
const contentLength = /\r\ncontent-length: *(\d+)/i
const chunked = /\r\ntransfer-encoding: *chunked/i

/** Bytes of a whole HTTP/1.1 request to a local server. */
export function encodeRequest({ method, path, body }) {
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n`
  if (body === undefined) return Buffer.from(`${head}\r\n`)
  const bytes = Buffer.from(body)
  return Buffer.concat([
    Buffer.from(`${head}content-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`),
    bytes,
  ])
}

/** Length of the whole answer at the start of `bytes`, or -1 while it is incomplete. One answer at a time is under way. */
function measureAnswer(bytes) {
  const head = bytes.indexOf(endOfHead)
  if (head < 0) return -1
  const text = bytes.latin1Slice(0, head)
  const length = contentLength.exec(text)
  if (length !== null) {
    const end = head + 4 + Number(length[1])
    return bytes.length >= end ? end : -1
  }
  if (!chunked.test(text)) return head + 4
  // JSON holds no raw line break, so the last chunk is recognised by its bytes.
  return bytes.subarray(-5).equals(endOfChunks) ? bytes.length : -1
}

/**
 * One keep-alive connection without pipelining: `send(bytes)` writes a request, `onAnswer(status)` reports each whole
 * answer, `onClose(error)` an end that `close()` did not ask for.
 */
export function openConnection(port, onAnswer, onClose) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let rest
  let isClosing = false

  socket.on('data', (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    if (measureAnswer(bytes) < 0) {
      rest = bytes
      return
    }
    rest = undefined
    // "HTTP/1.1 200": the three digits from the ninth byte.
    onAnswer(bytes[9] * 100 + bytes[10] * 10 + bytes[11] - 48 * 111)
  })
  socket.on('error', (error) => onClose(error))
  socket.on('close', () => {
    if (!isClosing) onClose(new Error('the server closed the connection'))
  })

  return {
    opened: new Promise((resolve) => socket.once('connect', resolve)),
    send: (bytes) => socket.write(bytes),
    close() {
      isClosing = true
      socket.destroy()
    },
  }
}
