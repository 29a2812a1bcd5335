import type {
  LanguageModelV4,
  LanguageModelV4Citation,
  LanguageModelV4Content,
  LanguageModelV4File,
  LanguageModelV4GenerateResult,
  LanguageModelV4Source,
} from '@ai-sdk/provider'
import { isObject, listOf, objectOf } from '../contract/loose-json.ts'
import { withLayer } from '../translate/layer.ts'
import type { JsonObject } from '../types.ts'

/**
 * What servers say beside the words of a chat, and the package does not read: what they found on the web (`citations` and
 * `search_results` at the top, `annotations` of the message), and `images` that the model drew.
 */
export const withExtras = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => {
    const find = createFinder()
    const cited: LanguageModelV4Citation[] = []
    return {
      options,
      result: result => withFound(result, find(objectOf(result.response?.body))),
      event(event) {
        const { sources, citations, files } = find(event)
        cited.push(...citations)
        return [...sources, ...files]
      },
      // They belong to the text, and come while it is open.
      part: part =>
        part.type === 'text-end' && cited.length > 0
          ? [{ ...part, citations: [...(part.citations ?? []), ...cited.splice(0)] }]
          : [part],
    }
  })

interface Found {
  /** Of the answer as a whole. */
  readonly sources: readonly LanguageModelV4Source[]
  /** Of places in its text. */
  readonly citations: readonly LanguageModelV4Citation[]
  readonly files: readonly LanguageModelV4File[]
}

const NOTHING: Found = { sources: [], citations: [], files: [] }

/** Finds what was not there before: some servers repeat all of it in every chunk. */
function createFinder(): (part: JsonObject) => Found {
  const seen = new Set<string>()
  const isNew = (key: string): boolean => {
    const before = seen.size
    return seen.add(key).size > before
  }
  const sourceOf = ({ url, title }: JsonObject, place = ''): LanguageModelV4Source[] => {
    if (typeof url !== 'string' || url === '' || !isNew(url + place)) return []
    seen.add(url)
    const named = typeof title === 'string' && title !== '' ? { title } : {}
    return [{ type: 'source', sourceType: 'url', id: `source-${seen.size}`, url, ...named }]
  }

  return ({ citations, search_results: results, choices }) => {
    const { delta, message } = objectOf(listOf(choices)[0])
    const { annotations, images } = objectOf(delta ?? message)
    // Nearly all of a stream is words.
    if ((annotations ?? images ?? results ?? citations) == null) return NOTHING
    return {
      citations: listOf(annotations).flatMap(annotation => {
        const told = objectOf(objectOf(annotation).url_citation)
        const place = { ...indexIn('startIndex', told.start_index), ...indexIn('endIndex', told.end_index) }
        const key = Object.keys(place).length === 0 ? '' : ` ${JSON.stringify(place)}`
        return sourceOf(told, key).map(source => ({ source, ...place }))
      }),
      // Results have titles, and stand first for them.
      sources: [...listOf(results), ...listOf(citations)].flatMap(each =>
        sourceOf(isObject(each) ? each : { url: each }),
      ),
      files: listOf(images).flatMap(image => {
        const { url } = objectOf(objectOf(image).image_url)
        return typeof url === 'string' && isNew(url) ? fileOf(url) : []
      }),
    }
  }
}

const indexIn = (name: 'startIndex' | 'endIndex', value: unknown) =>
  Number.isSafeInteger(value) ? { [name]: value as number } : {}

function fileOf(url: string): LanguageModelV4File[] {
  const { mediaType } = /^data:(?<mediaType>[\w.+/-]+);base64,/.exec(url)?.groups ?? {}
  if (mediaType !== undefined)
    return [{ type: 'file', mediaType, data: { type: 'data', data: url.slice(url.indexOf(',') + 1) } }]
  const address = /^https?:/.test(url) ? URL.parse(url) : null
  return address === null ? [] : [{ type: 'file', mediaType: 'image/*', data: { type: 'url', url: address } }]
}

function withFound(
  result: LanguageModelV4GenerateResult,
  { sources, citations, files }: Found,
): LanguageModelV4GenerateResult {
  const last = result.content.findLastIndex(({ type }) => type === 'text')
  const content = result.content.map(
    (part, i): LanguageModelV4Content =>
      i === last && part.type === 'text' && citations.length > 0
        ? { ...part, citations: [...citations] }
        : part,
  )
  return { ...result, content: [...sources, ...content, ...files] }
}
