import { createLog } from '../log.ts'
import { announce } from './announce.ts'
import { createStop, outlive, stopOnSignals } from './ending.ts'
import { listen } from './listen.ts'
import { open, type Told } from './open.ts'
import { reloadOnChange } from './reloading.ts'

/** One process is the whole gateway. */
export async function serveAlone(told: Told): Promise<void> {
  const { settings } = told.loaded
  const log = createLog('gateway')
  const { gateways, reload } = await open(told, { log })
  const server = listen(settings, gateways.fetch)
  const { hostname: host = settings.host, port = settings.port } = server
  announce(told, { gateway: gateways.current(), host, port })
  reloadOnChange(reload, settings)
  stopOnSignals(createStop(gateways, server))
  outlive(log)
}
