import type { LoadOptions } from '../config/load.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { Stored } from '../contract/restating.ts'
import type { Database } from '../database/open.ts'
import type { GatewayOptions } from '../gateway.ts'
import type { Reload } from '../reload/reload.ts'
import type { Switch } from '../reload/switch.ts'

/** What is installed here: `main.ts` puts it together, and gateways are made of it. */
export interface Installation
  extends Pick<GatewayOptions, 'shell' | 'migrations' | 'version'>,
    Pick<LoadOptions, 'loadStrangers' | 'environment'> {
  /** Our own. */
  readonly plugins: readonly Plugin[]
  readonly loadAssets: (basePath: string) => Pick<GatewayOptions, 'assets'>
  /** What operators have stored of the settings. */
  readonly readStored: (db: Database) => Promise<Stored>
}

/** What serves, and what puts another one in its place. */
export interface Serving {
  readonly gateways: Switch
  readonly reload: Reload
}
