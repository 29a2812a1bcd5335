import type { LanguageModelV4 } from '@ai-sdk/provider'
import * as v from 'valibot'
import {
  allComplete,
  discoverInstances,
  readVariable,
  type Settings,
  settingsSchema,
  type Vendor,
} from './instances.ts'
import { createModelFetch } from './model-fetch.ts'
import { readModels } from './model-list.ts'
import { definePlugin, type Host, type Plugin } from './plugin.ts'
import type { Provider } from './provider.ts'
import type { Offers } from './translation.ts'

/** What has to be said about a vendor whose API follows OpenAI's. */
export interface OpenAICompatible extends Vendor {
  readonly about: string
  /** The headers that carry a key. Default: `authorization: Bearer KEY`. */
  readonly credentials?: (key: string) => Readonly<Record<string, string>>
  /** The dialects that it speaks; those of this list pass as bytes, the others are translated. Default: `openai-chat`. */
  readonly speaks?: readonly Wire[]
  /** Where a dialect lives, if not at its usual path. */
  readonly at?: Readonly<Partial<Record<Wire, `/${string}`>>>
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
  /** False where streams report usage unasked, or where `stream_options` is refused. */
  readonly asksUsage?: false
  /** The models of a vendor that has no list of them. */
  readonly models?: readonly string[]
  /** Where the list of models is. Default: `/models`; false where it names what cannot be called. */
  readonly modelsPath?: `/${string}` | false
}

/** Where each dialect lives at a vendor that speaks it, below its base URL. */
const paths = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'openai-completions': '/completions',
  'openai-embeddings': '/embeddings',
  'openai-images': '/images/generations',
  'openai-image-edits': '/images/edits',
  'openai-speech': '/audio/speech',
  'openai-transcriptions': '/audio/transcriptions',
  'openai-translations': '/audio/translations',
  'openai-moderations': '/moderations',
  'anthropic-messages': '/messages',
  'anthropic-count-tokens': '/messages/count_tokens',
  rerank: '/rerank',
} as const

export type Wire = keyof typeof paths

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
    setup: ({ config, fetch }) => ({
      providers: Object.entries(config.instances).map(([name, settings]) =>
        createProvider(declared, name, settings, fetch),
      ),
    }),
  })
}

/** Whoever calls the gateway must not reach a provider with credentials of its own. */
const credentialHeaders = new Set(['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'cookie'])
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** The key stays in this closure: the provider itself can be logged and serialised. */
function createProvider(
  declared: OpenAICompatible,
  name: string,
  settings: Settings,
  fetch: Host['fetch'],
): Provider {
  const { credentials = bearer, models: fixed, modelsPath = '/models', speaks = ['openai-chat'] } = declared
  const listed = fixed === undefined && modelsPath
  const baseUrl = settings.baseUrl ?? declared.baseUrl!
  const secret = settings.apiKey === undefined ? {} : credentials(settings.apiKey)
  const own = lowerCased({ ...declared.headers, ...secret })
  // Unpacking costs time per chunk, and a packed answer can be a thousand times larger than its limit.
  const plain = { 'accept-encoding': 'identity', ...own }
  const sent = { 'content-type': 'application/json', ...plain }
  const urls = new Map<string, string>(
    speaks.map(dialect => [dialect, baseUrl + (declared.at?.[dialect] ?? paths[dialect])]),
  )
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
      return {
        url,
        headers: { ...withoutCredentials(headers), ...(typeof body === 'string' ? sent : plain) },
        body,
      }
    },
    native: ({ method, path, query, headers, body }) => ({
      url: baseUrl + path + query,
      method,
      headers: { ...headers, ...plain },
      ...(body !== undefined && { body }),
    }),
    offers: {
      language: createLanguage({ baseUrl, headers: own, fetch, includeUsage: declared.asksUsage ?? true }),
    },
    optionsKey: OPTIONS_KEY,
    ...(fixed && { models: async () => fixed.map(id => ({ id, created: 0, ownedBy: declared.name })) }),
    ...(listed && { models: async get => readModels(name, await get(baseUrl + listed, own)) }),
  })
}

/** What `providerOptions` for these vendors are called; keys that the package does not know go into the body as they are. */
const OPTIONS_KEY = 'compatible'

/** Chat for clients of other languages. The package is loaded when the first of them comes. */
function createLanguage({
  baseUrl,
  headers,
  fetch,
  includeUsage,
}: {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: Host['fetch']
  readonly includeUsage: boolean
}): NonNullable<Offers['language']> {
  let loading: Promise<(model: string) => LanguageModelV4> | undefined
  return async model => {
    loading ??= import('@ai-sdk/openai-compatible').then(({ createOpenAICompatible }) => {
      const made = createOpenAICompatible({
        name: OPTIONS_KEY,
        baseURL: baseUrl,
        headers,
        fetch: createModelFetch(fetch),
        includeUsage,
        supportsStructuredOutputs: true,
      })
      return (id: string) => made.chatModel(id)
    })
    return (await loading)(model)
  }
}

const lowerCased = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in headers) if (!credentialHeaders.has(name.toLowerCase())) kept[name] = headers[name]!
  return kept
}
