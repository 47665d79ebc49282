import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/index.ts'
import { type McpOptions, mcp } from '../../../transports/mcp/index.ts'
import { nameTools } from '../../../transports/mcp/tool-name.ts'
import { openBooks, stopBooks } from './book-app.ts'
import { closeClients, connectHttp } from './mcp-client.ts'

test.after.each(async () => {
  await closeClients()
  await stopBooks()
})

async function listOf(options: McpOptions) {
  const { app } = await openBooks(options)
  const { tools } = await (await connectHttp(app)).listTools()
  return new Map(tools.map((tool) => [tool.name, tool]))
}

test('nothing is a tool but what its definition marks', async () => {
  assert.equal([...(await listOf({})).keys()], ['shop_renamed', 'Book_whoami'])
})

test('tools are chosen by full name and by pattern; false in a definition and files stay out', async () => {
  const chosen = await listOf({ tools: ['Book.prototype.*', 'Book.find', 'Book.co*'] })
  assert.equal(
    [...chosen.keys()],
    ['Book_count', 'Book_find', 'Book_prototype_patchAttributes', 'shop_renamed', 'Book_whoami'],
  )
  const all = await listOf({ tools: ['**'] })
  assert.ok(all.has('Book_create'))
  assert.not(all.has('Book_hidden'))
  assert.not(all.has('Book_cover'))
})

test('a function chooses and describes; undefined leaves it to the definition', async () => {
  const chosen = await listOf({
    tools: ({ name }) =>
      name === 'find'
        ? { name: 'find_books', title: 'Find' }
        : name === 'whoami'
          ? false
          : undefined,
  })
  assert.equal([...chosen.keys()], ['find_books', 'shop_renamed'])
  assert.is(chosen.get('find_books')?.title, 'Find')
})

test('a definition may name, title and describe its tool', async () => {
  const tool = (await listOf({})).get('shop_renamed')
  assert.is(tool?.title, 'Renamed')
  assert.is(tool?.description, 'Has a name of its own')
  assert.is(tool?.annotations?.destructiveHint, false)
})

test('the input schema names the arguments with types, formats, defaults and what is required', async () => {
  const tools = await listOf({ tools: ['**'] })
  const longest = tools.get('Book_longest')
  assert.equal(longest?.inputSchema, {
    type: 'object',
    properties: {
      limit: {
        type: 'integer',
        default: 10,
        maximum: 100,
        minimum: Number.MIN_SAFE_INTEGER,
        description: 'how many',
      },
    },
  })
  assert.is(longest?.description, 'Book: The longest books\n\nLongest first.')
  const create = tools.get('Book_create')?.inputSchema.properties?.['data'] as {
    anyOf: readonly { required: string[]; properties: Record<string, unknown> }[]
  } // one row or several
  const row = create.anyOf[0]
  assert.equal(row?.required, ['title'])
  assert.equal(Object.keys(row?.properties ?? {}), ['title', 'pages', 'published'])
  assert.equal(row?.properties['published'], { type: 'string', format: 'date-time' })
})

test('a prototype method takes the id of its row beside its own arguments', async () => {
  const tools = await listOf({ tools: ['Book.prototype.patchAttributes'] })
  const { inputSchema } = tools.get('Book_prototype_patchAttributes') ?? {}
  assert.equal(Object.keys(inputSchema?.properties ?? {}), ['id', 'data'])
  assert.equal(inputSchema?.required, ['id'])
})

test('computed arguments are no arguments of a tool', async () => {
  const find = (await listOf({ tools: ['Book.find'] })).get('Book_find')
  assert.equal(Object.keys(find?.inputSchema.properties ?? {}), ['filter'])
})

test('an output schema stands where the result is an object for sure', async () => {
  const tools = await listOf({ tools: ['**'] })
  assert.equal(tools.get('Book_longest')?.outputSchema?.required, ['titles'])
  assert.equal(tools.get('Book_count')?.outputSchema?.properties, {
    count: { type: ['number', 'null'] },
  })
  assert.is(tools.get('Book_find')?.outputSchema, undefined)
  assert.equal(tools.get('Book_pages')?.outputSchema?.required, ['items', 'complete'])
})

test('annotations follow access type and verb', async () => {
  const tools = await listOf({ tools: ['**'] })
  const hints = (name: string) => {
    const { readOnlyHint, destructiveHint, idempotentHint } = tools.get(name)?.annotations ?? {}
    return [readOnlyHint, destructiveHint, idempotentHint]
  }
  assert.equal(hints('Book_find'), [true, false, true])
  assert.equal(hints('Book_longest'), [true, false, true])
  assert.equal(hints('Book_create'), [false, false, false])
  assert.equal(hints('Book_updateAll'), [false, true, false])
  assert.equal(hints('Book_deleteById'), [false, true, true])
})

test('tool names hold what every client allows, are unique, and do not depend on the others', () => {
  const long = `Book.prototype.${'x'.repeat(80)}`
  const wishes = [
    { fullName: 'Book.find', wished: undefined },
    { fullName: 'Böök.find', wished: undefined },
    { fullName: 'Book.a.b', wished: undefined },
    { fullName: 'Book.a_b', wished: undefined },
    { fullName: long, wished: undefined },
  ]
  const names = nameTools(wishes)
  assert.is(names.get('Book.find'), 'Book_find')
  assert.is(new Set(names.values()).size, wishes.length)
  for (const name of names.values()) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/)
  assert.equal(nameTools([...wishes].reverse()).get('Book.a_b'), names.get('Book.a_b'))
})

test('a schema that refers to itself keeps its references', async () => {
  const { z } = await import('zod')
  const node = z.object({
    name: z.string(),
    get children() {
      return z.array(node)
    },
  })
  const { createApp, sharedMethods, silentLogger } = await import('../../../core/index.ts')
  const method = sharedMethods()
  const walk = method(
    { accepts: { node }, returns: node, http: { verb: 'post' } },
    (args) => args.node,
  )
  const app = createApp({ methods: { Tree: { walk } }, logger: silentLogger }).install(
    mcp({ tools: ['**'] }),
  )
  await app.start({ port: 0 })
  try {
    const client = await connectHttp(app)
    const [tool] = (await client.listTools()).tools
    assert.match(JSON.stringify(tool?.inputSchema), /"\$ref":"#\/properties\/node/)
    const tree = { name: 'a', children: [{ name: 'b', children: [] }] }
    const result = await client.callTool({ name: 'Tree_walk', arguments: { node: tree } })
    assert.equal(result.structuredContent, tree)
    await client.close()
  } finally {
    await app.stop(AbortSignal.abort())
  }
})

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof RemoteError) return error.message
  }
  return 'nothing was refused'
}

test('bad options are refused, naming the key and the type', () => {
  const bad = (options: object) => refusal(() => mcp(options as McpOptions))
  assert.is(bad({ tool: [] }), 'mcp.tool: unknown key')
  assert.is(bad({ tools: 'Book.*' }), 'mcp.tools: expected a list of texts, got string')
  assert.is(bad({ path: 'mcp' }), 'mcp.path: expected a path such as "/mcp", got "mcp"')
  assert.is(bad({ maxItems: 0 }), 'mcp.maxItems: expected a whole number from 1, got number')
  assert.is(bad({ stdio: 'yes' }), 'mcp.stdio: expected a boolean, got string')
})

test('the name of a method there is none of stops the start', async () => {
  let message = ''
  await openBooks({ tools: ['Book.fnd'] }).catch((error: Error) => {
    message = error.message
  })
  assert.is(message, 'mcp.tools: there is no method "Book.fnd"')
})

test.run()
