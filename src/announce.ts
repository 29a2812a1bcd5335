import type { GatewaySettings } from './config.ts'
import type { Gateway } from './gateway.ts'
import { createLog } from './log.ts'

export interface Announcement {
  readonly gateway: Gateway
  readonly settings: GatewaySettings
  /** For a person, not for a log collector. */
  readonly isPretty: boolean
  readonly version: string
  readonly host: string
  readonly port: number
}

/** Tells that the gateway listens: to a log collector as a line, to a person with what to do next. */
export function announce({ gateway, settings, isPretty, version, host, port }: Announcement): void {
  const log = createLog('gateway')
  for (const [index, { name, hooks }] of gateway.order.entries())
    log.debug('Plugin', { index, name, hooks: hooks.join(' ') })
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${port}${settings.basePath}`
  if (isPretty) process.stdout.write(welcome(gateway, url, { version, file: settings.configFile }))
  else log.info('Listening', { url, version, providers: gateway.providers, file: settings.configFile })
}

interface Facts {
  readonly version: string
  readonly file: string | undefined
}

function welcome({ providers, isOpen }: Gateway, url: string, { version, file }: Facts): string {
  const key = isOpen ? '' : ` -H "authorization: Bearer $MODELWAY_MASTER_KEY"`
  const model = providers.includes('demo') ? 'demo/parrot' : 'MODEL'
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  return `
  Modelway ${version} listens on ${url}

  Call it    curl ${url}/v1/chat/completions${key} -H "content-type: application/json" -d '${body}'
  Models     curl ${url}/v1/models${key}
  Dashboard  ${url}/dashboard
  API        ${url}/swagger
  Providers  ${providers.join(', ')}${file === undefined ? '' : `\n  Config     ${file}`}

`
}
