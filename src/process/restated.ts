import { changeableOwn, type GatewaySettings } from '../config/gateway.ts'
import type { Configured, Loaded } from '../config/load.ts'
import { type Sifted, sift } from '../config/stored.ts'
import type { Restating, Stored } from '../contract/restating.ts'
import { isInMemory } from '../database/open.ts'
import { ConfigError } from '../errors.ts'
import type { Gateway, GatewayOptions, Restated } from '../gateway.ts'
import { createLog } from '../log.ts'
import { rehearse } from '../reload/rehearse.ts'
import type { Installation, Serving } from './installation.ts'
import { startLog, type Writing } from './writing.ts'

/** Gateways whose settings operators change while they run. */

export interface RestatingOptions {
  /** Reads file, environment and command line anew. @throws ConfigError */
  readonly read: () => Promise<Loaded>
  /** Settles when the first gateway is built. */
  readonly serving: Promise<Serving>
  readonly writing: Writing | undefined
}

type Kit = Pick<Installation, 'migrations' | 'version' | 'readStored'>
type Restate = Pick<GatewayOptions, 'restate'>

/**
 * Builds a gateway with what is stored of its settings. What of that does not fit any more keeps no gateway from its
 * start: it is left out.
 */
export async function buildRestated(
  kit: Kit,
  loaded: Loaded,
  options: RestatingOptions,
  create: (restate: Restate) => Promise<Gateway>,
): Promise<Gateway> {
  // It ends with this very gateway, and so would what is stored in it.
  if (isInMemory(loaded.settings.databaseUrl)) return create({})
  let built: Gateway | undefined
  let isAnyStored = false
  const attempt = (judge: (stored: Stored) => Promise<void>) =>
    create({
      async restate(db): Promise<Restated> {
        const stored = await kit.readStored(db)
        isAnyStored = Object.keys(stored).length > 0
        const { holds, unfit } = await sift(stored, judge)
        const { settings, pluginSettings, survey } = isAnyStored ? restate(loaded, holds) : loaded
        if (settings.logLevel !== loaded.settings.logLevel) startLog(settings, options.writing)
        const restating = createRestating({ stored, unfit }, { kit, loaded, options, current: () => built })
        return { settings, pluginSettings, survey, restating }
      },
    })
  try {
    built = await attempt(async stored => void loaded.over(stored))
  } catch (error) {
    if (!(error instanceof ConfigError && isAnyStored)) throw error
    // Only plugins know what goes together, so each is tried: that takes a while, and is rare.
    built = await attempt(stored => rehearseWith(kit, loaded, stored))
  }
  return built
}

/** What cannot be stored stays as this process has it: its port, say, which a reload does not change. */
function restate(loaded: Loaded, stored: Stored): Configured {
  const configured = loaded.over(stored)
  const changed = changeableOwn.map(field => [field, configured.settings[field]])
  const settings: GatewaySettings = { ...loaded.settings, ...Object.fromEntries(changed) }
  return { ...configured, settings }
}

async function rehearseWith({ migrations, version }: Kit, loaded: Loaded, stored: Stored): Promise<void> {
  await rehearse({ ...loaded, ...loaded.over(stored) }, { migrations, version })
}

interface RestatingDeps {
  readonly kit: Kit
  readonly loaded: Loaded
  readonly options: RestatingOptions
  /** The gateway that it is for, once it is built. */
  readonly current: () => Gateway | undefined
}

function createRestating(
  { stored, unfit }: { readonly stored: Stored; readonly unfit: Sifted['unfit'] },
  { kit, loaded, options: { read, serving }, current }: RestatingDeps,
): Restating {
  const takeOver = async () => (await serving).reload('Settings have changed', createLog('gateway'))
  return {
    stored,
    unfit,
    draft(wanted) {
      const { settings, survey } = restate(loaded, wanted)
      return survey(settings)
    },
    judge: async wanted => rehearseWith(kit, await read().catch(unreadable), wanted),
    takeOver,
    async follow() {
      const mine = current()
      const { gateways } = await serving
      // One that only finishes its answers has a successor, which sees the same.
      if (mine === undefined || mine === gateways.current()) await takeOver()
    },
    aside: async write => (await serving).gateways.aside(write),
  }
}

/** What is wrong with the file is for whoever reads that, not for those who call. */
function unreadable(cause: unknown): never {
  if (!(cause instanceof ConfigError)) throw cause
  throw new ConfigError(
    'The configuration has a mistake by now, so nothing can be changed: "modelway check" names it',
    { cause },
  )
}
