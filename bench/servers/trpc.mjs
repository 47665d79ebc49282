import { initTRPC } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { findBooks, makeBooks } from '../work/books.mjs'
import { listModels, listOthers } from '../work/others.mjs'
import { createStore } from '../work/store.mjs'
import { zodSchemas } from '../work/zod-schemas.mjs'

const { router, procedure } = initTRPC.create()

const makeGreet = () =>
  procedure
    .input(zodSchemas.greetQuery())
    .query(({ input }) => ({ greeting: `Hello, ${input.name}!` }))

/** Ten procedures of one model of work e. */
function makeModel() {
  const store = createStore()
  const id = () => zodSchemas.itemPath(z.number)
  const withData = (data) => z.object({ id: z.int().min(1), data })
  return router({
    create: procedure.input(zodSchemas.newItem()).mutation(({ input }) => store.create(input)),
    find: procedure
      .input(zodSchemas.itemsQuery(z.number))
      .query(({ input }) => store.list(input.limit)),
    patchAll: procedure
      .input(zodSchemas.itemPatch())
      .mutation(({ input }) => store.patchAll(input)),
    count: procedure.query(() => store.count()),
    first: procedure.query(() => store.first() ?? null),
    get: procedure.input(id()).query(({ input }) => store.get(input.id) ?? null),
    exists: procedure.input(id()).query(({ input }) => store.exists(input.id)),
    replace: procedure
      .input(withData(zodSchemas.newItem()))
      .mutation(({ input }) => store.replace(input.id, input.data)),
    patch: procedure
      .input(withData(zodSchemas.itemPatch()))
      .mutation(({ input }) => store.patch(input.id, input.data)),
    remove: procedure.input(id()).mutation(({ input }) => store.remove(input.id)),
  })
}

function makeOthers(group) {
  return Object.fromEntries(
    group.map(({ name, methods }) => [
      name.toLowerCase(),
      router(Object.fromEntries(methods.map((method) => [method, makeGreet()]))),
    ]),
  )
}

function makeWork(plan) {
  const books = makeBooks()
  const readers = createStore()
  const others = listOthers(plan.otherMethods)
  const appRouter = router({
    ...makeOthers(others.before),
    greet: makeGreet(),
    books: procedure
      .input(zodSchemas.booksQuery(z.number))
      .query(({ input }) => findBooks(books, input.minPages, input.order, input.limit)),
    readers: procedure.input(zodSchemas.newReader()).mutation(({ input }) => readers.create(input)),
    ...makeOthers(others.after),
  })
  return { appRouter, reset: readers.clear }
}

/** tRPC on its standalone HTTP adapter; zod checks every input. Not REST: inputs travel as JSON in `input=`, answers in an envelope. */
export async function start(plan) {
  const { appRouter, reset } =
    plan.models > 0
      ? {
          appRouter: router(
            Object.fromEntries(
              listModels(plan.models).map((name) => [name.toLowerCase(), makeModel()]),
            ),
          ),
          reset() {},
        }
      : makeWork(plan)
  const server = createHTTPServer({ router: appRouter })
  await new Promise((resolve) => server.listen(plan.port, '127.0.0.1', resolve))
  return { port: server.address().port, reset }
}
