import type { Model } from '../contract/model.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { CallIds, EarlyUsageReader, Endings, Provider, UsageReader } from '../contract/provider.ts'
import type { Thinking } from '../contract/thinking.ts'
import { createModelFetch } from '../translate/model-fetch.ts'
import { createAccessFetch, createOffers, type Kind, type ModelPackage } from '../translate/offers.ts'
import type { Sampling } from '../translate/sampling.ts'
import type { ToolNames } from '../translate/tool-names.ts'
import { type Access, createWires, type Headers, lowerCased, type Spoken } from '../upstream/wires.ts'
import type { Settings, Vendor } from './instances.ts'
import { type Instance, type Introduced, vendorPlugin } from './vendor-plugin.ts'

/** What a package is made with. Every setting must be given: packages look into the environment for what is not. */
export interface PackageSetup<F extends string = never> {
  readonly baseUrl: string
  readonly settings: Settings<F>
  /** Guarded, and with the instance's credentials: packages get `KEY_IN_FETCH` for a key. */
  readonly fetch: typeof globalThis.fetch
}

/** What a list of models is asked with. */
export interface ListSetup<F extends string = never> {
  readonly provider: string
  readonly baseUrl: string
  readonly settings: Settings<F>
  /** Parsed JSON, asked for with the instance's credentials. */
  readonly get: (url: string) => Promise<unknown>
}

/** What has to be said about a vendor that an AI SDK package speaks to. `F`: settings that only this vendor has. */
export interface ModelProvider<F extends string = never> extends Vendor<F>, Spoken, Introduced {
  /** The kinds of models that the package has for this vendor. */
  readonly offers: readonly Kind[]
  /** Imports the package and makes its provider. Called once per instance, when the first call comes. */
  load(setup: PackageSetup<F>): Promise<ModelPackage>
  /** The key of `providerOptions` that the package reads, for a model where they differ. Default: the name. */
  readonly optionsKey?: string | ((model: string) => string)
  /** What `Provider.adapt` does. */
  readonly adapt?: Provider['adapt'] & {}
  /** How the vendor's models think; undefined for those that it does not know. */
  readonly thinking?: (model: string) => Thinking | undefined
  /** What `Provider.refusesLateSystem` does. */
  readonly refusesLateSystem?: (model: string) => boolean
  /** What the package leaves unsaid of the vendor's own report of usage. */
  readonly usage?: UsageReader
  /** What the package hands on of usage before a stream has come to its end. */
  readonly earlyUsage?: EarlyUsageReader
  /** What the vendor's own words for an end mean, where the package makes less of them. */
  readonly endings?: Endings
  /** Where calls go when neither the operator nor `baseUrl` says it. */
  readonly address?: (settings: Settings<F>) => string
  /** Origins beside that of the base URL. */
  readonly origins?: (settings: Settings<F>) => readonly string[]
  /** The headers that carry a key. Default: `authorization: Bearer KEY`. */
  readonly credentials?: (key: string) => Headers
  /** For credentials that are more than a key in a header; then `credentials` and `headers` are not asked. */
  readonly access?: (instance: Instance<F>) => Access | Promise<Access>
  /** Sent with every call. */
  readonly headers?: Headers
  /** Sent where the client does not say otherwise. */
  readonly defaults?: Headers
  /** False where streams report usage unasked, or where `stream_options` is refused. */
  readonly asksUsage?: false
  /** The vendor's models, or how to ask for them. Absent where there is no list of what can be called. */
  readonly models?: readonly string[] | ((setup: ListSetup<F>) => Promise<readonly Model[]>)
  /** False where the package takes URLs in prompts, but not in the results of tools. */
  readonly readsToolUrls?: false
  /** The ids of tool calls that the vendor takes, for a model where they differ; absent where it takes any. */
  readonly callIds?: CallIds | ((model: string) => CallIds | undefined)
  /** The names of tools that the vendor takes, for a model where they differ; absent where it takes any. */
  readonly toolNames?: ToolNames | ((model: string) => ToolNames | undefined)
  /** What the vendor takes of that which steers an answer, for a model where they differ; absent where it takes all. */
  readonly sampling?: Sampling | ((model: string) => Sampling | undefined)
  /** True where the package sends ids of models in bodies only, so that they may hold anything. */
  readonly idsInBody?: true
}

/**
 * A whole provider from an AI SDK package, and from the dialects that the vendor itself speaks. Settings and variables
 * are those of `vendorPlugin`: `<ENV>_API_KEY`, `<ENV>_BASE_URL`, `<ENV>_MODELS`, and those of `fields`.
 *
 * @example
 * import { KEY_IN_FETCH, modelProvider } from 'modelway'
 *
 * export default modelProvider({
 *   name: 'acme',
 *   about: 'Models of Acme.',
 *   baseUrl: 'https://api.acme.example/v1',
 *   offers: ['language', 'embedding'],
 *   async load({ baseUrl, fetch }) {
 *     const { createAcme } = await import('acme-ai-sdk-provider')
 *     return createAcme({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
 *   },
 * })
 */
export const modelProvider = <F extends string = never>(declared: ModelProvider<F>): Plugin =>
  vendorPlugin(declared, instance => createProvider(declared, instance))

/** Credentials stay in these closures: the provider itself can be logged and serialised. */
async function createProvider<F extends string>(
  declared: ModelProvider<F>,
  instance: Instance<F>,
): Promise<Provider> {
  const { name, settings, host } = instance
  const baseUrl = settings.baseUrl ?? declared.baseUrl ?? declared.address?.(settings)
  if (baseUrl === undefined) throw new Error(`Provider "${name}" has no base URL`)
  const access = (await declared.access?.(instance)) ?? accessByKey(declared, settings.apiKey)
  const origins = [...(declared.origins?.(settings) ?? []), ...(access.origins ?? [])]
  const { asksUsage = true, optionsKey = declared.name, readsToolUrls = true, idsInBody = false } = declared
  const { callIds: ids, toolNames: names, sampling } = declared
  const callIds = typeof ids === 'function' ? ids : () => ids
  const models = createList(declared, { provider: name, baseUrl, settings }, access)
  return Object.freeze<Provider>({
    name,
    type: declared.name,
    baseUrl,
    ...(origins.length > 0 && { origins }),
    ...createWires({ provider: name, baseUrl, official: declared.baseUrl, spoken: declared, access }),
    asksUsage,
    ...(settings.models?.length && { configuredModels: Object.freeze([...settings.models]) }),
    offers: createOffers({
      kinds: declared.offers,
      readsToolUrls,
      idsInBody,
      callIds,
      toolNames: typeof names === 'function' ? names : () => names,
      sampling: typeof sampling === 'function' ? sampling : () => sampling,
      load: () =>
        declared.load({
          baseUrl,
          settings,
          fetch: createAccessFetch(createModelFetch(host.fetch), access),
        }),
    }),
    optionsKey,
    ...(ids && { callIds }),
    ...(declared.adapt && { adapt: declared.adapt }),
    ...(declared.thinking && { thinking: declared.thinking }),
    ...(declared.refusesLateSystem && { refusesLateSystem: declared.refusesLateSystem }),
    ...(declared.usage && { usage: declared.usage }),
    ...(declared.earlyUsage && { earlyUsage: declared.earlyUsage }),
    ...(declared.endings && { endings: declared.endings }),
    ...(models && { models }),
  })
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

function accessByKey<F extends string>(declared: ModelProvider<F>, key: string | undefined): Access {
  const { credentials = bearer, headers, defaults } = declared
  return {
    headers: lowerCased({ ...headers, ...(key !== undefined && credentials(key)) }),
    ...(defaults && { defaults: lowerCased(defaults) }),
  }
}

function createList<F extends string>(
  { name: type, models }: ModelProvider<F>,
  setup: Omit<ListSetup<F>, 'get'>,
  { headers, defaults, sign }: Access,
): Provider['models'] {
  if (models === undefined) return undefined
  if (typeof models !== 'function') return async () => models.map(id => ({ id, created: 0, ownedBy: type }))
  return get => {
    const ask = async (url: string) => {
      const call = { url, method: 'GET', headers: { ...defaults, ...headers } }
      return get(url, (sign === undefined ? call : await sign(call)).headers)
    }
    return models({ ...setup, get: ask })
  }
}
