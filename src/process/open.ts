import type { GatewaySettings } from '../config/gateway.ts'
import { type Loaded, load } from '../config/load.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../gateway.ts'
import type { Log } from '../log.ts'
import { createReload } from '../reload/reload.ts'
import { createSwitch } from '../reload/switch.ts'
import type { Installation, Serving } from './installation.ts'
import { buildRestated, type RestatingOptions } from './restated.ts'
import { startLog, type Writing } from './writing.ts'

/** The gateway's own settings of the command line, by field. */
export type Flags = Readonly<Record<string, string>>

/** What is installed, and how the operator wants it. */
export interface Told {
  readonly installation: Installation
  readonly flags: Flags
  readonly loaded: Loaded
}

/** @throws ConfigError */
export const read = (
  { plugins: ours, loadStrangers, environment }: Installation,
  flags: Flags,
): Promise<Loaded> => load({ ours, loadStrangers, flags, ...(environment && { environment }) })

export interface Opening {
  /** Hears what becomes of reloads. */
  readonly log: Log
  /** Where several processes serve. */
  readonly peers?: GatewayOptions['peers']
  readonly writing?: Writing
}

/** Builds the gateway, and what puts another one in its place. */
export async function open(
  { installation, flags, loaded }: Told,
  { log, peers, writing }: Opening,
): Promise<Serving> {
  const { settings } = loaded
  let failedAt: number | undefined
  const always = { reloadFailedAt: () => failedAt, ...(peers && { peers }) }
  const again = () => read(installation, { ...flags, ...fileOf(settings) })
  const serving = Promise.withResolvers<Serving>()
  const restating = { read: again, serving: serving.promise, writing }
  const gateways = createSwitch(await build(installation, loaded, { ...always, restating }))
  const reload = createReload({
    settings,
    load: again,
    build(next, { heritage }) {
      startLog(next.settings, writing)
      return build(installation, next, { ...always, restating, inherited: heritage })
    },
    gateways,
    ended(outcome) {
      failedAt = outcome === 'failed' ? Date.now() : undefined
    },
    log,
  })
  serving.resolve({ gateways, reload })
  return { gateways, reload }
}

interface Building extends Pick<GatewayOptions, 'inherited' | 'reloadFailedAt' | 'peers'> {
  readonly restating: RestatingOptions
}

function build(
  installation: Installation,
  loaded: Loaded,
  { restating, ...more }: Building,
): Promise<Gateway> {
  const { shell, migrations, version, loadAssets } = installation
  const { settings, plugins, pluginSettings, brought, survey } = loaded
  return buildRestated(installation, loaded, restating, restate =>
    createGateway({
      settings,
      plugins,
      pluginSettings,
      brought,
      survey,
      shell,
      ...loadAssets(settings.basePath),
      migrations,
      version,
      ...more,
      ...restate,
    }),
  )
}

/** A file that was there must not vanish: without it, everything that it says would be undone. */
export const fileOf = ({ configFile }: GatewaySettings): Flags =>
  configFile === undefined ? {} : { configFile }
