import * as v from 'valibot'
import { ConfigError } from './errors.ts'
import { definePlugin, type Plugin } from './plugin.ts'
import type { Provider } from './provider.ts'
import { csv, text } from './settings.ts'
import type { Model } from './types.ts'

/** What has to be said about a vendor whose API follows OpenAI's. */
export interface OpenAICompatible {
  /** The provider's type and the name of its first instance: kebab-case. */
  readonly name: string
  readonly about: string
  /** What its variables begin with. Default: the name in capitals, `my-vendor` → `MY_VENDOR`. */
  readonly env?: string
  /** What stands before `/chat/completions`. Absent where it differs per customer: then an operator must say it. */
  readonly baseUrl?: string
  /** Added to an operator's base URL without a path: many write `http://gpu:8000` and mean `http://gpu:8000/v1`. */
  readonly path?: `/${string}`
  /** The headers that carry a key. Default: `authorization: Bearer KEY`. */
  readonly credentials?: (key: string) => Readonly<Record<string, string>>
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
  /** False where streams report usage unasked, or where `stream_options` is refused. */
  readonly asksUsage?: false
  /** The models of a vendor that has no list of them. */
  readonly models?: readonly string[]
  /** Where the list of models is. Default: `/models`; false where it names what cannot be called. */
  readonly modelsPath?: `/${string}` | false
  /** True for variables that look like ours and belong to the vendor's own software. */
  readonly ignores?: (variable: string, value: string) => boolean
}

/** One line per dialect that passes through as bytes, and where its endpoint is. */
const paths = Object.entries({ 'openai-chat': '/chat/completions' })

/**
 * A whole provider from a declaration. Each `<ENV>_API_KEY`, `<ENV>_BASE_URL` and `<ENV>_MODELS` (with commas) belongs
 * to the instance named like the type, each `<ENV>_<SUFFIX>_API_KEY` … to `type-suffix`; a key or a base URL is enough.
 *
 * @example
 * export default openaiCompatible({ name: 'acme', about: 'Models of Acme.', baseUrl: 'https://api.acme.example/v1' })
 */
export function openaiCompatible(declared: OpenAICompatible): Plugin {
  const instance = v.pipe(v.string(), v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected a name in kebab-case'))
  return definePlugin({
    name: declared.name,
    about: declared.about,
    config: v.object({
      instances: v.optional(v.pipe(v.record(instance, settingsSchema(declared)), allComplete(declared)), {}),
    }),
    env: environment => ({ instances: discoverInstances(declared, environment) }),
    reads: variable => readVariable(declared, variable) !== undefined,
    file: { section: 'providers', field: 'instances', type: declared.name },
    setup: ({ config }) => ({
      providers: Object.entries(config.instances).map(([name, settings]) =>
        createProvider(declared, name, settings),
      ),
    }),
  })
}

/** Where each setting comes from. */
const variables = { apiKey: 'API_KEY', baseUrl: 'BASE_URL', models: 'MODELS' } as const
type Field = keyof typeof variables
type Settings = v.InferOutput<ReturnType<typeof settingsSchema>>

/** Messages never repeat a value: it may be a key that was pasted into the wrong variable. */
const settingsSchema = ({ path = '/' }: OpenAICompatible) =>
  v.object({
    apiKey: v.optional(
      v.pipe(text(), v.regex(/^[\x21-\x7e]+$/, 'expected visible ASCII characters, no spaces')),
    ),
    baseUrl: v.optional(
      v.pipe(
        text(),
        v.check(isBaseUrl, 'expected an http(s) address without user, query and fragment'),
        v.check(url => !/\/chat\/completions\/*$/.test(url), 'expected what stands before /chat/completions'),
        v.transform(url => new URL(url)),
        v.transform(({ origin, pathname }) =>
          (origin + (pathname === '/' ? path : pathname)).replace(/\/+$/, ''),
        ),
      ),
    ),
    models: v.optional(
      v.pipe(
        csv(),
        v.check(ids => ids.every(isModelId), 'expected ids without control characters'),
      ),
    ),
  })

function isBaseUrl(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null || /[?#\s\\]/.test(url)) return false
  return /^https?:$/.test(parsed.protocol) && parsed.username + parsed.password === ''
}

/**
 * The instances that an environment describes, in alphabetical order: a bare model id must find the same one after
 * every start. Blank values count as unset.
 *
 * @throws ConfigError naming the variable whose value cannot be used.
 */
export function discoverInstances(
  declared: OpenAICompatible,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, Settings>> {
  const { ignores } = declared
  const found = new Map<string, Settings>()
  const problems: string[] = []
  for (const [variable, value] of Object.entries(environment).sort()) {
    const { instance, field } = readVariable(declared, variable) ?? {}
    if (instance === undefined || /^[\s,]*$/.test(value) || ignores?.(variable, value)) continue
    const result = v.safeParse(settingsSchema(declared), { [field!]: value })
    if (result.success) found.set(instance, { ...found.get(instance), ...result.output })
    else problems.push(`Cannot use ${variable}: ${result.issues[0].message}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.fromEntries([...found.keys()].sort().map(instance => [instance, found.get(instance)!]))
}

const envOf = ({ name, env }: OpenAICompatible) => env ?? name.toUpperCase().replaceAll('-', '_')

/** The instance and the field that a variable speaks of; undefined for other variables. */
function readVariable(declared: OpenAICompatible, variable: string) {
  const [, prefix = '', tail] = /^(.+?)_(API_KEY|BASE_URL|MODELS)$/.exec(variable) ?? []
  const suffix = suffixOf(prefix, envOf(declared))
  if (suffix === undefined) return undefined
  const field = (Object.keys(variables) as Field[]).find(key => variables[key] === tail)!
  return { instance: declared.name + suffix.toLowerCase().replaceAll('_', '-'), field }
}

/** What follows the vendor's own prefix: `_EAST` in `OPENAI_EAST`, nothing in `OPENAI`; undefined for other vendors. */
function suffixOf(prefix: string, env: string): string | undefined {
  const suffix = prefix.startsWith(env) ? prefix.slice(env.length) : undefined
  return suffix !== undefined && /^(?:_[A-Z0-9]+)*$/.test(suffix) ? suffix : undefined
}

/** A key without an address, or models without either, is half a configuration. */
const allComplete = (declared: OpenAICompatible) =>
  v.rawCheck<Readonly<Record<string, Settings>>>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const [name, value] of Object.entries(dataset.value)) {
      const missing = whatIsMissing(declared, name, value)
      if (missing === undefined) continue
      const path = { type: 'object', origin: 'value', input: dataset.value, key: name, value } as const
      addIssue({ message: `Cannot set up provider "${name}": set ${missing}`, path: [path] })
    }
  })

/** Variables can only speak of instances that are named after the type. */
function whatIsMissing(declared: OpenAICompatible, name: string, { apiKey, baseUrl }: Settings) {
  if (baseUrl !== undefined || (declared.baseUrl !== undefined && apiKey !== undefined)) return undefined
  const hasVariables = name === declared.name || name.startsWith(`${declared.name}-`)
  const prefix = envOf(declared) + name.slice(declared.name.length).toUpperCase().replaceAll('-', '_')
  const [key, url] = hasVariables ? [`${prefix}_API_KEY`, `${prefix}_BASE_URL`] : ['api_key', 'base_url']
  return declared.baseUrl === undefined ? url : `${key} or ${url}`
}

/** Whoever calls the gateway must not reach a provider with credentials of its own. */
const credentialHeaders = new Set(['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'cookie'])
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** The key stays in this closure: the provider itself can be logged and serialised. */
function createProvider(declared: OpenAICompatible, name: string, settings: Settings): Provider {
  const { credentials = bearer, models: fixed, modelsPath = '/models' } = declared
  const listed = fixed === undefined && modelsPath
  const baseUrl = settings.baseUrl ?? declared.baseUrl!
  const secret = settings.apiKey === undefined ? {} : credentials(settings.apiKey)
  const own = lowerCased({ ...declared.headers, ...secret })
  // Unpacking costs time per chunk, and a packed answer can be a thousand times larger than its limit.
  const sent = { 'content-type': 'application/json', 'accept-encoding': 'identity', ...own }
  const urls = new Map(paths.map(([dialect, path]) => [dialect, baseUrl + path]))
  return Object.freeze<Provider>({
    name,
    type: declared.name,
    baseUrl,
    wires: new Set(urls.keys()),
    asksUsage: declared.asksUsage ?? true,
    ...(settings.models?.length && { configuredModels: Object.freeze([...settings.models]) }),
    call({ dialect, body, headers }) {
      const url = urls.get(dialect)
      if (url === undefined) throw new Error(`Provider "${name}" does not speak "${dialect}"`)
      return { url, headers: { ...withoutCredentials(headers), ...sent }, body }
    },
    ...(fixed && { models: async () => fixed.map(id => ({ id, created: 0, ownedBy: declared.name })) }),
    ...(listed && { models: async get => readModels(name, await get(baseUrl + listed, own)) }),
  })
}

const lowerCased = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in headers) if (!credentialHeaders.has(name.toLowerCase())) kept[name] = headers[name]!
  return kept
}

/** No vendor has more; a broken or hostile one may. */
const MODEL_LIMIT = 20_000
const isModelId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id === id.trim() && !/\p{Cc}/u.test(id)

/** Reads `{ data: [{ id, created, owned_by }] }` or the bare array; entries without a usable id are dropped. */
function readModels(provider: string, json: unknown): readonly Model[] {
  const list: unknown = Array.isArray(json) ? json : (json as { data?: unknown } | null)?.data
  if (!Array.isArray(list))
    throw new Error(`Provider "${provider}" listed its models in an unknown shape: expected {"data": [...]}`)
  if (list.length > MODEL_LIMIT)
    throw new Error(`Provider "${provider}" listed ${list.length} models: at most ${MODEL_LIMIT} are read`)
  const models = new Map<string, Model>()
  for (const item of list as readonly (Readonly<Record<string, unknown>> | null)[]) {
    const { id, created, owned_by: ownedBy } = item ?? {}
    if (!isModelId(id) || models.has(id)) continue
    const since = typeof created === 'number' && created > 0 && created < 1e12 ? Math.floor(created) : 0
    models.set(id, { id, created: since, ...(isModelId(ownedBy) && { ownedBy }) })
  }
  return [...models.values()]
}
