import {
  type App,
  type AppOptions,
  createApp,
  type ModelDefinition,
  type SharedMethodValue,
  silentLogger,
} from '../../../core/index.ts'
import type { ProfileName, TransportSupport } from '../../../core/spi.ts'
import {
  type ConformanceClient,
  defaultInputLimits,
  type TestFunction,
  type TransportClaims,
  type TransportHarness,
} from './harness.ts'

/** An application of one case, started, with one client. */
export interface Stage {
  readonly app: App
  readonly client: ConformanceClient
  /** Another client; the case closes it. */
  dial(): Promise<ConformanceClient>
}

/** What an application of a case is made of, beyond profile, logger and transport. */
export type StageOptions = AppOptions<
  Readonly<Record<string, ModelDefinition>>,
  Readonly<Record<string, Readonly<Record<string, SharedMethodValue>>>>
> & {
  /** Adds hooks before the application starts. */
  readonly prepare?: (app: App) => void
}

/** What every topic of the suite is given. */
export interface Suite {
  readonly profile: ProfileName
  readonly supports: TransportSupport
  readonly claims: Required<TransportClaims>
  /** Registers a case without an application. */
  readonly test: TestFunction
  /** Registers a case that runs against an application of its own, closed afterwards. */
  check(name: string, options: StageOptions, run: (stage: Stage) => Promise<void>): void
}

/** Binds the suite to one transport and one profile. */
export function suiteOf(
  test: TestFunction,
  harness: TransportHarness,
  profile: ProfileName,
): Suite {
  const claims: Required<TransportClaims> = {
    deadlines: false,
    originalErrors: false,
    limits: defaultInputLimits,
    closesBeyondLimits: false,
    maxItemsAhead: 512,
    ...(typeof harness.claims === 'function' ? harness.claims(profile) : harness.claims),
  }
  return {
    profile,
    supports: harness.create().supports,
    claims,
    test,
    check: (name, options, run) =>
      test(name, async () => {
        const stage = await open(harness, profile, options)
        try {
          await run(stage)
        } finally {
          await stage.client.close()
          await stage.app.stop(AbortSignal.timeout(200))
        }
      }),
  }
}

async function open(
  harness: TransportHarness,
  profile: ProfileName,
  { prepare, ...options }: StageOptions,
): Promise<Stage> {
  const transport = harness.create()
  const app: App = createApp({ profile, logger: silentLogger, ...options }).install(transport)
  prepare?.(app)
  await app.start({ port: 0 })
  const dial = () => harness.dial(app, transport)
  return { app, client: await dial(), dial }
}
