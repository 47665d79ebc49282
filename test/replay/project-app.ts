import { type App, createApp, silentLogger } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { projectModelConfig, projectModels, projectRemoting } from './models.ts'

/** The recorded project as a Viaduct application, with an empty store. */
export function createProjectApp(): App {
  const models = projectModels()
  return createApp({
    profile: 'loopback3',
    models,
    modelConfig: projectModelConfig(Object.keys(models)),
    dataSources: { store: memory() },
    remoting: projectRemoting(),
    logger: silentLogger,
  }).install(rest({ path: '/api' }))
}
