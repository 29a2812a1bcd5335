import { createLog } from '../log.ts'
import type { Facts } from '../workers/requests.ts'
import type { Told } from './open.ts'
import { isPretty } from './writing.ts'

interface Announcement {
  readonly gateway: Facts
  /** How many processes serve, where it is more than one. */
  readonly workers?: number
  readonly host: string
  readonly port: number
}

/**
 * Tells that calls can come: to a log collector as a line, to a person with what to do next. Then, since nobody waits for
 * it any more, what looks odd.
 */
export function announce(
  { installation, loaded }: Told,
  { gateway, workers, host, port }: Announcement,
): void {
  const { settings, odd } = loaded
  const { version } = installation
  const log = createLog('gateway')
  for (const [index, { name, hooks }] of gateway.order.entries())
    log.debug('Plugin', { index, name, hooks: hooks.join(' ') })
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${port}${settings.basePath}`
  const { providers } = gateway
  const { configFile: file } = settings
  if (isPretty(settings)) process.stdout.write(welcome(gateway, url, { version, workers, file }))
  else log.info('Listening', { url, version, workers, providers, file })
  for (const line of odd()) log.warn(line)
}

interface Footnotes {
  readonly version: string
  readonly workers: number | undefined
  readonly file: string | undefined
}

function welcome({ providers, isOpen }: Facts, url: string, { version, workers, file }: Footnotes): string {
  const key = isOpen ? '' : ` -H "authorization: Bearer $MODELWAY_MASTER_KEY"`
  const model = providers.includes('demo') ? 'demo/parrot' : 'MODEL'
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  return `
  Modelway ${version} listens on ${url}

  Call it    curl ${url}/v1/chat/completions${key} -H "content-type: application/json" -d '${body}'
  Models     curl ${url}/v1/models${key}
  Dashboard  ${url}/dashboard
  API        ${url}/swagger
  Providers  ${providers.join(', ')}${line('Workers    ', workers)}${line('Config     ', file)}

`
}

const line = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `\n  ${name}${value}`
