import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, sharedMethods, silentLogger } from 'viaduct'
import { inProcess } from 'viaduct/transports/in-process'
import { z } from 'zod'

const method = sharedMethods()
const returns = z.any()

for (const profile of ['strict', 'loopback3'] as const) {
  test(`I-4, CX-3: ${profile}: a schema decides about null and blank text only where the argument may be left out`, async () => {
    const local = inProcess()
    const app = createApp({
      profile,
      logger: silentLogger,
      methods: {
        A: {
          nullable: method({ accepts: { a: z.string().nullable() }, returns }, ({ a }) => [a]),
          blank: method({ accepts: { a: z.string() }, returns }, ({ a }) => [a]),
          nullish: method({ accepts: { a: z.string().nullish() }, returns }, ({ a }) => [a]),
          optional: method({ accepts: { a: z.string().optional() }, returns }, ({ a }) => [a]),
        },
      },
    }).install(local)
    await app.start()
    const answer = (name: string, a: unknown): Promise<unknown> =>
      local.invoke(`A.${name}`, { a }).catch(({ message }: Error) => message)
    const missing = 'a is a required argument'
    assert.is(await answer('nullable', null), missing)
    assert.is(await answer('nullable', ''), missing)
    assert.is(await answer('blank', ''), missing)
    assert.equal(await answer('nullish', null), [null])
    assert.equal(await answer('nullish', ''), [''])
    assert.equal(await answer('optional', ''), [''])
    assert.match(String(await answer('optional', null)), 'expected string, received null')
    await app.stop()
  })
}

test.run()
