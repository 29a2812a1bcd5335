import type { GatewaySettings } from '../config/gateway.ts'
import { createLog } from '../log.ts'
import type { Facts } from '../workers/requests.ts'

export interface Announcement {
  readonly gateway: Facts
  /** How many processes serve, where it is more than one. */
  readonly workers?: number
  readonly settings: GatewaySettings
  /** For a person, not for a log collector. */
  readonly isPretty: boolean
  readonly version: string
  readonly host: string
  readonly port: number
}

/** Tells that the gateway listens: to a log collector as a line, to a person with what to do next. */
export function announce({ gateway, workers, settings, isPretty, version, host, port }: Announcement): void {
  const log = createLog('gateway')
  for (const [index, { name, hooks }] of gateway.order.entries())
    log.debug('Plugin', { index, name, hooks: hooks.join(' ') })
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${port}${settings.basePath}`
  const { providers } = gateway
  const { configFile: file } = settings
  if (isPretty) process.stdout.write(welcome(gateway, url, { version, workers, file }))
  else log.info('Listening', { url, version, workers, providers, file })
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
