import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec } from '../../../transports/codec/msgpack.ts'
import { runDisconnects } from './disconnects.ts'

for (const codec of [jsonCodec, msgpackCodec]) {
  test(`WS-4: calls and streams survive 40 lost connections over ${codec.name}: nothing lost, nothing twice`, async () => {
    const report = await runDisconnects(codec, 40)
    assert.ok(report.disconnects >= 40)
    assert.ok(report.calls >= 8 && report.items >= 500, JSON.stringify(report))
  })
}

test.run()
