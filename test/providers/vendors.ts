import { providers } from '../../plugins/providers/index.ts'
import type { Plugin } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { assemble } from '../../src/registry.ts'
import { readPluginSettings } from '../plugin-settings.ts'

export interface Keyed {
  /** What stands behind the vendor's name in variables: nothing, or `_EAST`. */
  readonly suffix?: string
  readonly secret: string
  readonly baseUrl?: string
}

/** One way to configure one vendor. */
export interface Way {
  readonly name: string
  readonly plugin: Plugin
  /** What the names of its variables begin with. */
  readonly prefix: string
  environment(keyed: Keyed): Record<string, string>
  /** The header in which the secret goes out as it is; absent where it only signs. */
  readonly header?: string
}

/** A key that nobody has used for anything. */
const { privateKey } = await crypto.subtle.generateKey(
  {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  true,
  ['sign', 'verify'],
)
const pem = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')

/** The key of a service account; `secret` is hidden in its name, `tokenUri` says where it buys tokens. */
export const serviceAccount = (secret: string, tokenUri?: string): string =>
  JSON.stringify({
    type: 'service_account',
    client_email: `${secret}@example.test`,
    private_key: `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----\n`,
    private_key_id: 'key-1',
    ...(tokenUri !== undefined && { token_uri: tokenUri }),
  })

const headers: Readonly<Record<string, string>> = {
  anthropic: 'x-api-key',
  azure: 'api-key',
  elevenlabs: 'xi-api-key',
  gemini: 'x-goog-api-key',
  reka: 'x-api-key',
  vertex: 'x-goog-api-key',
}
/** Those that have no address of their own. */
const homeless: ReadonlySet<string> = new Set(
  'azure compatible databricks llamacpp localai mlx snowflake tei'.split(' '),
)
/** What else they need. */
const more: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bedrock: { REGION: 'eu-central-1' },
  cloudflare: { ACCOUNT_ID: '0123456789abcdef0123456789abcdef' },
}
/** Those whose variables do not begin with their name. */
const prefixes: Readonly<Record<string, string>> = { cloudflare: 'CLOUDFLARE_AI', vercel: 'AI_GATEWAY' }

const prefixOf = (name: string): string => prefixes[name] ?? name.toUpperCase().replaceAll('-', '_')

function byKey(plugin: Plugin): Way {
  const { name } = plugin
  const prefix = prefixOf(name)
  return {
    name,
    plugin,
    prefix,
    header: headers[name] ?? 'authorization',
    environment({
      suffix = '',
      secret,
      baseUrl = homeless.has(name) ? 'https://one.example/v1' : undefined,
    }) {
      const variables = {
        API_KEY: secret,
        ...(baseUrl !== undefined && { BASE_URL: baseUrl }),
        ...more[name],
      }
      return Object.fromEntries(
        Object.entries(variables).map(([field, value]) => [`${prefix}${suffix}_${field}`, value]),
      )
    },
  }
}

const find = (name: string): Plugin => providers.find(plugin => plugin.name === name)!

/** Every vendor by its key. */
export const keyed: readonly Way[] = providers.map(byKey)

/** And those that have other credentials by those too. */
export const ways: readonly Way[] = [
  ...keyed,
  {
    name: 'bedrock, signed',
    plugin: find('bedrock'),
    prefix: 'BEDROCK',
    environment: ({ suffix = '', secret, baseUrl }) => ({
      [`BEDROCK${suffix}_REGION`]: 'eu-central-1',
      [`BEDROCK${suffix}_ACCESS_KEY_ID`]: 'AKIAEXAMPLE',
      [`BEDROCK${suffix}_SECRET_ACCESS_KEY`]: secret,
      ...(baseUrl !== undefined && { [`BEDROCK${suffix}_BASE_URL`]: baseUrl }),
    }),
  },
  {
    name: 'vertex, service account',
    plugin: find('vertex'),
    prefix: 'VERTEX',
    environment: ({ suffix = '', secret, baseUrl }) => ({
      [`VERTEX${suffix}_PROJECT`]: 'house',
      [`VERTEX${suffix}_LOCATION`]: 'europe-west4',
      [`VERTEX${suffix}_CREDENTIALS`]: serviceAccount(
        secret,
        baseUrl === undefined ? undefined : `${new URL(baseUrl).origin}/token`,
      ),
      ...(baseUrl !== undefined && { [`VERTEX${suffix}_BASE_URL`]: baseUrl }),
    }),
  },
]

export interface Rim {
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
  readonly now: () => number
}

const closed: Rim = {
  fetch: async url => {
    throw new Error(`Nothing may be fetched here: ${url}`)
  },
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
}

/** The house that these plugins make of an environment, as at the start of the gateway. */
export function build(
  plugins: readonly Plugin[],
  environment: Readonly<Record<string, string>>,
  rim: Partial<Rim> = {},
) {
  const host = { ...closed, ...rim }
  return assemble(plugins, readPluginSettings(plugins, environment), () => host as never)
}

/** Its providers. */
export async function start(...given: Parameters<typeof build>): Promise<readonly Provider[]> {
  const { providers } = await build(...given)
  return [...providers.all().values()]
}
