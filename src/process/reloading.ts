import { stampOf } from '../base/runtime.ts'
import type { GatewaySettings } from '../config/gateway.ts'
import { watch } from '../reload/watch.ts'

/** How often the config file is looked at (milliseconds). */
const LOOK_EVERY = 500

/** Reads the configuration anew whenever its file changes, and when a signal says so. */
export function reloadOnChange(
  reload: (why: string) => Promise<unknown>,
  { configFile = 'modelway.yaml' }: GatewaySettings,
): void {
  process.on('SIGHUP', () => void reload('SIGHUP'))
  watch({
    stamp: () => stampOf(configFile),
    every: LOOK_EVERY,
    changed: () => void reload(`${configFile} changed`),
  })
}
