import { readEnvironment } from '../config/environment.ts'
import { readSettings } from '../config/gateway.ts'
import { load } from '../config/load.ts'
import { readSecretFiles } from '../config/secret-files.ts'
import type { Plugin } from '../contract/plugin.ts'
import { ConfigError } from '../errors.ts'
import { createEgress } from '../upstream/egress.ts'
import { FaultError, ForbiddenError, UsageError, type World } from './world.ts'

/** The admin API of a running gateway. */
export interface Client {
  readonly url: string
  /** The parsed answer; a refusal becomes a fault with the gateway's own words. */
  call(method: string, path: string, body?: unknown): Promise<unknown>
  /** What the clock of the gateway said with its last answer (milliseconds since 1970); NaN where it did not say. */
  clock(): number
}

export const urlOption = {
  url: { type: 'string', description: 'The gateway; default: what HOST and PORT say' },
} as const

/** Milliseconds until a gateway must have answered. */
const PATIENCE = 30_000

/** With `--url` or what the configuration says, and the master key of the environment, which is never a option: others can see those. */
export async function connect(world: World, url: string | undefined): Promise<Client> {
  const base = (url ?? (await defaultUrl(world))).replace(/\/+$/, '')
  const origin = originOf(base)
  if (origin === undefined)
    throw new UsageError(`Cannot use --url "${base}": expected an address such as http://localhost:8080`)
  const { fetch: send } = createEgress({ isAllowed: asked => asked === origin, byFetch: true })
  const key = await masterKey(world.plugins)
  let clock = Number.NaN
  return {
    url: base,
    clock: () => clock,
    async call(method, path, body) {
      const headers = {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      }
      const init = {
        method,
        headers,
        signal: AbortSignal.timeout(PATIENCE),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }
      const response = await send(base + path, init).catch(cause => {
        throw new FaultError(
          `Cannot reach the gateway at ${base} (${String(cause?.code ?? cause?.message)}): start it, or name it with --url`,
        )
      })
      clock = Date.parse(response.headers.get('date') ?? '')
      return read(response, base, key !== undefined)
    },
  }
}

/** Paths are put behind the address, so nothing may stand behind its own. */
function originOf(base: string): string | undefined {
  const url = URL.parse(base)
  const isPlain = url !== null && url.username + url.password + url.search + url.hash === ''
  return isPlain && /^https?:$/.test(url.protocol) ? url.origin : undefined
}

async function read(response: Response, base: string, hasKey: boolean): Promise<unknown> {
  const text = await response.text()
  const json = parse(text)
  if (response.ok) {
    if (json !== undefined || text === '') return json
    // The page of a proxy, say, where people sign in. A script would take it for an empty answer.
    throw new FaultError(`What answers at ${base} is no gateway: name the gateway with --url`)
  }
  const said = (json as { error?: { message?: unknown } } | undefined)?.error?.message
  if (response.status === 401) {
    const what = hasKey ? 'did not accept the master key' : 'wants the master key'
    throw new FaultError(`The gateway at ${base} ${what}: set MODELWAY_MASTER_KEY`)
  }
  const message =
    typeof said === 'string' ? plain(said) : `The gateway at ${base} answered with status ${response.status}`
  throw response.status === 403 ? new ForbiddenError(message) : new FaultError(message)
}

/** What others say is one line, and moves no cursor. */
export const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A configuration with mistakes says nothing about a gateway that runs; the environment alone may. */
async function defaultUrl({ plugins: ours, loadStrangers }: World): Promise<string> {
  const { host, port, basePath } = await load({ ours, loadStrangers })
    .then(({ settings }) => settings)
    .catch(error => {
      if (error instanceof ConfigError) return readSettings(readEnvironment())
      throw error
    })
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}${basePath}`
}

async function masterKey(plugins: readonly Plugin[]): Promise<string | undefined> {
  const names = plugins.flatMap(({ env }) => (typeof env === 'object' ? (env.masterKey ?? []) : []))
  const problems: string[] = []
  const environment = await readSecretFiles(readEnvironment(), name => names.includes(name), problems)
  if (problems.length > 0) throw new ConfigError(problems)
  return names
    .map(name => environment[name])
    .find(value => value !== undefined)
    ?.trim()
}
