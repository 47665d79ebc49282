import { initTRPC } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import { zodSchemas } from '../../work/zod-schemas.mjs'
import { greet } from '../work.mjs'

/** tRPC on its WebSocket adapter; zod checks the input. */
export async function start() {
  const { router, procedure } = initTRPC.create()
  const appRouter = router({
    greet: procedure.input(zodSchemas.greetQuery()).query(({ input }) => greet(input)),
  })
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  applyWSSHandler({ wss, router: appRouter })
  await new Promise((resolve) => wss.once('listening', resolve))
  return { port: wss.address().port }
}
