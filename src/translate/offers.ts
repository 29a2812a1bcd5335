import type { LanguageModelV4, ProviderV4 } from '@ai-sdk/provider'
import { LRUCache } from 'lru-cache'
import type { CallIds, UpstreamCall } from '../contract/provider.ts'
import type { Interfaces, Offers } from '../contract/translation.ts'
import { checkId } from '../upstream/model-id.ts'
import { type Access, isCredential } from '../upstream/wires.ts'
import { withCallIds } from './call-ids.ts'
import { type Download, download } from './download.ts'
import { plainHeaders } from './model-fetch.ts'
import { type Sampling, withSampling } from './sampling.ts'
import { type ToolNames, withToolNames } from './tool-names.ts'
import { withDownloads } from './with-downloads.ts'

/** What a package makes: the provider interface of the AI SDK (https://ai-sdk.dev), any part of it. */
export type ModelPackage = Partial<
  Pick<
    ProviderV4,
    | 'languageModel'
    | 'embeddingModel'
    | 'imageModel'
    | 'speechModel'
    | 'transcriptionModel'
    | 'rerankingModel'
  >
>

/** How a package calls its models. */
const makers = {
  language: 'languageModel',
  embedding: 'embeddingModel',
  image: 'imageModel',
  speech: 'speechModel',
  transcription: 'transcriptionModel',
  reranking: 'rerankingModel',
} as const satisfies Record<keyof Interfaces, keyof ModelPackage>

export type Kind = keyof Interfaces

export interface OffersOptions {
  readonly kinds: readonly Kind[]
  /** Imports the package and makes its provider; called once, when the first call comes. */
  readonly load: () => Promise<ModelPackage>
  /** False where the package takes URLs in prompts, but not in the results of tools. */
  readonly readsToolUrls?: boolean
  readonly download?: Download
  /** The ids of tool calls that the vendor takes; absent where it takes any. */
  readonly callIds?: (model: string) => CallIds | undefined
  /** The names of tools that the vendor takes; absent where it takes any. */
  readonly toolNames?: (model: string) => ToolNames | undefined
  /** What the vendor takes of that which steers an answer; absent where it takes all. */
  readonly sampling?: (model: string) => Sampling | undefined
  /** True where ids of models are sent in bodies only, so that they may hold anything. */
  readonly idsInBody?: boolean
}

/** So many models are kept ready; their names come from callers where a provider's list is not known. */
const MODELS = 500

/** Models of a package that is loaded when the first of them is asked for. */
export function createOffers({
  kinds,
  load,
  readsToolUrls = true,
  download: fetchFile = download,
  callIds,
  toolNames,
  sampling,
  idsInBody = false,
}: OffersOptions): Offers {
  let loading: Promise<ModelPackage> | undefined
  const make = async <K extends Kind>(kind: K, id: string): Promise<Interfaces[K]> => {
    loading ??= load().catch(error => {
      // The next call may find what was missing.
      loading = undefined
      throw error
    })
    const made = await loading
    // Packages put ids of models into addresses as they are.
    if (!idsInBody) checkId(id)
    const model = made[makers[kind]]?.(id)
    if (model === undefined) throw new Error(`The package has no models of the kind "${kind}"`)
    // Makers and kinds are pairs; the compiler does not follow them.
    return model as Interfaces[K]
  }
  const language = new LRUCache<string, Promise<LanguageModelV4>>({ max: MODELS })
  /** A model holds nothing of a call, so one will do for all. */
  function keep(id: string): Promise<LanguageModelV4> {
    const [ids, names, steering] = [callIds?.(id), toolNames?.(id), sampling?.(id)]
    const made = make('language', id).then(model => {
      const steered = steering === undefined ? model : withSampling(model, steering)
      const named = names === undefined ? steered : withToolNames(steered, names)
      return withDownloads(ids === undefined ? named : withCallIds(named, ids), fetchFile, { readsToolUrls })
    })
    language.set(id, made)
    made.catch(() => language.delete(id))
    return made
  }
  const offers: { [K in Kind]?: (model: string) => Promise<Interfaces[K]> } = {
    language: id => language.get(id) ?? keep(id),
    embedding: id => make('embedding', id),
    image: id => make('image', id),
    speech: id => make('speech', id),
    transcription: id => make('transcription', id),
    reranking: id => make('reranking', id),
  }
  for (const kind of Object.keys(makers) as Kind[]) if (!kinds.includes(kind)) delete offers[kind]
  return offers
}

/** What packages are given for a key: they insist on one, and the real one is put in its place on the way out. */
export const KEY_IN_FETCH = 'see-fetch'

/**
 * The `fetch` for a package: the instance's credentials in the place of the package's own. The key is in no object of
 * the package, so none of its errors and logs can hold it.
 */
export function createAccessFetch(
  modelFetch: typeof globalThis.fetch,
  { headers: own, sign }: Access,
): typeof globalThis.fetch {
  const accessFetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = plainHeaders(init.headers)
    for (const name in headers) if (isCredential(name)) delete headers[name]
    const call = {
      url: input instanceof Request ? input.url : String(input),
      method: init.method ?? 'GET',
      headers: { ...headers, ...own },
      ...(init.body !== undefined && init.body !== null && { body: init.body as UpstreamCall['body'] & {} }),
    }
    const { url, ...signed } = sign === undefined ? call : await sign(call)
    return modelFetch(url, { ...init, ...signed } as RequestInit)
  }
  return accessFetch as typeof globalThis.fetch
}
