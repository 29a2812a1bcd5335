import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Model } from '../contract/model.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { AdaptFacts, CallIds, Provider, UsageReader } from '../contract/provider.ts'
import { withLayer, withOptions } from '../translate/layer.ts'
import { KEY_IN_FETCH, type ModelPackage } from '../translate/offers.ts'
import type { Sampling } from '../translate/sampling.ts'
import { PLAIN_NAMES } from '../translate/tool-names.ts'
import type { JsonObject } from '../types.ts'
import type { Headers, Spoken } from '../upstream/wires.ts'
import { withExtras } from './chat-extras.ts'
import { chatTier } from './chat-tier.ts'
import { withoutEffort } from './effort.ts'
import type { Vendor } from './instances.ts'
import { withMendedChat } from './mended-chat.ts'
import { readModels } from './model-list.ts'
import { type ListSetup, type ModelProvider, modelProvider, type PackageSetup } from './model-provider.ts'
import { fromChatUsage, fromResponsesUsage, withTier } from './openai-usage.ts'

/** What has to be said about a vendor whose API follows OpenAI's. `F`: settings that only this vendor has. */
export interface OpenAICompatible<F extends string = never>
  extends Vendor<F>,
    Spoken,
    Pick<ModelProvider<F>, 'about' | 'knownAs' | 'address' | 'models'> {
  /** The headers that carry a key. Default: `authorization: Bearer KEY`. */
  readonly credentials?: (key: string) => Headers
  /** Sent with every call. */
  readonly headers?: Headers
  /** False where streams report usage unasked, or where `stream_options` is refused. */
  readonly asksUsage?: false
  /** Where the list of models is, unless `models` says it. Default: `/models`; false where it names what cannot be called. */
  readonly modelsPath?: `/${string}` | false
  /** False where there is no chat to which other languages could be translated: who only embeds, or ranks. */
  readonly chats?: false
  /** False where pictures must come as data: then those that are named by URL are fetched here. */
  readonly readsImageUrls?: false
  /** What a limit of tokens is called, where newer models refuse the old name. Default: `max_tokens`. */
  readonly limit?: 'max_completion_tokens'
  /** Parameters of chat that others of this family have, and this vendor refuses. */
  readonly lacks?: readonly string[]
  /** The names of models that are known not to think: asked to, they refuse. */
  readonly neverThinks?: RegExp
  /** False of a model that thinks or does not, and refuses to be told how much. */
  readonly knowsEfforts?: (model: string) => boolean
  /** What `Provider.adapt` does with bodies in the other languages that it speaks. */
  readonly adapt?: Provider['adapt'] & {}
  /** The ids of tool calls that it takes; absent where it takes any. */
  readonly callIds?: CallIds
  /** What it takes of that which steers an answer; absent where it takes all. */
  readonly sampling?: Sampling
  /** The names of models that clients of other languages reach by way of Responses instead of chat. */
  readonly asksResponses?: RegExp
}

/**
 * A whole provider from a declaration. The dialects that the vendor `speaks` (default: `openai-chat`) pass as bytes, all
 * others are translated to its chat, or to its Responses for models that want that. Each `<ENV>_API_KEY`,
 * `<ENV>_BASE_URL` and `<ENV>_MODELS` (with commas) belongs to the instance named like the type, each
 * `<ENV>_<SUFFIX>_API_KEY` … to `type-suffix`; a key or a base URL is enough.
 *
 * @example
 * import { openaiCompatible } from 'modelway'
 *
 * export default openaiCompatible({ name: 'acme', about: 'Models of Acme.', baseUrl: 'https://api.acme.example/v1' })
 */
export function openaiCompatible<F extends string = never>(declared: OpenAICompatible<F>): Plugin {
  const {
    models,
    modelsPath = '/models',
    chats = true,
    readsImageUrls = true,
    limit,
    asksResponses,
    neverThinks,
    knowsEfforts,
    ...vendor
  } = declared
  const embeds = vendor.speaks?.includes('openai-embeddings') === true
  const list = models ?? (modelsPath === false ? undefined : listAt(modelsPath))
  return modelProvider<F>({
    speaks: ['openai-chat'],
    ...vendor,
    offers: [...(chats ? (['language'] as const) : []), ...(embeds ? (['embedding'] as const) : [])],
    idsInBody: true,
    toolNames: PLAIN_NAMES,
    optionsKey: model => (asksResponses?.test(model) ? RESPONSES_KEY : OPTIONS_KEY),
    ...(neverThinks && { thinking: id => (neverThinks.test(id) ? { thinks: false } : undefined) }),
    adapt: createAdapt(declared),
    usage: readUsage,
    async load(setup) {
      const includeUsage = declared.asksUsage ?? true
      const usual = await loadUsual(setup, { includeUsage, readsImageUrls, limit, knowsEfforts })
      if (asksResponses === undefined) return usual
      const responses = await loadResponses(setup)
      return {
        ...usual,
        languageModel: id => (asksResponses.test(id) ? responses(id) : usual.languageModel(id)),
      }
    },
    ...(list && { models: list }),
  })
}

type Adapted = Pick<OpenAICompatible, 'limit' | 'neverThinks' | 'knowsEfforts' | 'lacks' | 'adapt'>

/** Bodies of chat that the gateway wrote: they came in the shape of another language, or an operator has set something. */
const createAdapt =
  ({ limit, neverThinks, knowsEfforts, lacks = [], adapt }: Adapted) =>
  (body: JsonObject, facts: AdaptFacts): JsonObject => {
    const { dialect, model, warn } = facts
    if (dialect !== 'openai-chat') return adapt?.(body, facts) ?? body
    const isTooMuch = body.reasoning_effort !== 'none' && knowsEfforts?.(model) === false
    const without = isTooMuch || neverThinks?.test(model) ? [...lacks, 'reasoning_effort'] : lacks
    const gone = new Set(without.filter(field => body[field] != null))
    for (const field of gone) warn(`${field}: is not supported by this model, and was left out`)
    const newName = limit !== undefined && body[limit] == null ? limit : 'max_tokens'
    const isNamed = newName === 'max_tokens' || body.max_tokens === undefined
    if (gone.size === 0 && isNamed) return body
    const kept = Object.entries(body).filter(([field]) => !gone.has(field))
    return Object.fromEntries(kept.map(([field, value]) => [field === 'max_tokens' ? newName : field, value]))
  }

/** The package leaves out what the vendor says that it cost, and what was read from a cache where it says so elsewhere. */
const readUsage: UsageReader = (_, raw, beside) =>
  withTier(raw.input_tokens === undefined ? fromChatUsage(raw) : fromResponsesUsage(raw), {
    service_tier: beside?.openai?.serviceTier,
  })

/** How a list of models is had, whatever settings a vendor has. */
export type ModelList = (setup: Omit<ListSetup, 'settings'>) => Promise<readonly Model[]>

/** The list of models of a vendor that writes it as OpenAI does. */
export const listAt =
  (path: `/${string}`): ModelList =>
  async ({ provider, baseUrl, get }) =>
    readModels(provider, await get(baseUrl + path))

/** What `providerOptions` for these vendors are called; keys that the package does not know go into the body as they are. */
const OPTIONS_KEY = 'compatible'
const imageUrls = { 'image/*': [/^https?:\/\//] }

interface Habits {
  readonly includeUsage: boolean
  readonly readsImageUrls: boolean
  readonly limit: OpenAICompatible['limit']
  readonly knowsEfforts: OpenAICompatible['knowsEfforts']
}

/** Chat and embeddings for clients of other languages. */
async function loadUsual(
  { baseUrl, fetch }: PackageSetup,
  { includeUsage, readsImageUrls, limit, knowsEfforts }: Habits,
): Promise<Required<Pick<ModelPackage, 'languageModel' | 'embeddingModel'>>> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const vendor = createOpenAICompatible({
    name: OPTIONS_KEY,
    baseURL: baseUrl,
    fetch: withMendedChat(fetch),
    includeUsage,
    metadataExtractor: chatTier,
    supportsStructuredOutputs: true,
    supportedUrls: () => (readsImageUrls ? imageUrls : {}),
    ...(limit && {
      transformRequestBody: ({ max_tokens, ...body }: Record<string, unknown>) =>
        max_tokens === undefined ? body : { ...body, [limit]: max_tokens },
    }),
  })
  return {
    languageModel(id) {
      const model = withExtras(vendor.languageModel(id))
      return knowsEfforts?.(id) === false ? withoutEffort(model) : model
    },
    embeddingModel: id => vendor.embeddingModel(id),
  }
}

const RESPONSES_KEY = 'openai'

/**
 * Responses for clients of other languages. Nothing is stored there: what the next turn needs, encrypted thoughts among
 * it, travels with the client.
 */
async function loadResponses({ baseUrl, fetch }: PackageSetup): Promise<(id: string) => LanguageModelV4> {
  const { createOpenAI } = await import('@ai-sdk/openai')
  const openai = createOpenAI({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
  // The package knows thinking models by their own names only.
  const own = { store: false, forceReasoning: true }
  return id =>
    withLayer(openai.responses(id), options => ({ options: withOptions(options, RESPONSES_KEY, own) }))
}
