import { Packr } from 'msgpackr'

const packr = new Packr({ useRecords: false })

/** How the floor writes its messages. */
export const rawCodecs = {
  json: { encode: JSON.stringify, decode: (data) => JSON.parse(data) },
  msgpack: { encode: (value) => packr.pack(value), decode: (data) => packr.unpack(data) },
}
