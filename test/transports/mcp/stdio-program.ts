import { createApp, sharedMethods, streamOf } from 'viaduct'
import { mcp } from 'viaduct/transports/mcp'
import { z } from 'zod'

const method = sharedMethods()
const http = { verb: 'post' } as const
const transport = mcp({ stdio: true, tools: ['Clock.*'], maxBodyBytes: 20_000 })

const app = createApp({
  methods: {
    Clock: {
      add: method(
        { accepts: { a: z.number(), b: z.number() }, returns: z.number(), http },
        (args) => {
          console.log('text that is no message')
          process.stdout.write('more of it\n')
          return args.a + args.b
        },
      ),
      wait: method({ http }, (_args, { signal }) => {
        process.stderr.write('waiting\n')
        signal.addEventListener('abort', () => process.stderr.write('aborted\n'))
        return new Promise(() => {})
      }),
      tick: method(
        { accepts: { to: z.int() }, returns: streamOf(z.int()), http },
        async function* ({ to }) {
          for (let n = 1; n <= to; n++) {
            yield n
            await new Promise((resolve) => setTimeout(resolve, 20)) // the SDK's client loses progress that comes with its result
          }
        },
      ),
      grow: method({ http }, () => {
        app.change((classOf) => classOf('Clock').disableMethodByName('tick'))
      }),
      metadata: method(
        { accepts: { value: z.looseObject({}) }, returns: z.looseObject({}), http },
        (_args, { metadata }) => ({ ...metadata }),
      ),
    },
  },
}).install(transport)

await app.start()
await transport.ended
await app.stop()
process.stderr.write('stopped\n')
