import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider'
import { objectOf } from '../../../src/contract/loose-json.ts'
import { arrayAt, nameAt, objectAt, textAt, unsupported, wordAt, wrong } from '../../../src/request/border.ts'
import { under } from '../../../src/translate/options.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'

/** What a user's block becomes. */
export type Part = LanguageModelV4TextPart | LanguageModelV4FilePart

/** What blocks are read with. */
export interface Reading {
  readonly kin: Kin
  readonly model: string
  /** What is left out: a line for the caller. */
  readonly warn: (line: string) => void
  /** The names of the tools that were called so far, by the id of the call. */
  readonly calls: Map<string, string>
  /** What the model has cited, by the address of its source. */
  readonly passages: () => ReadonlyMap<unknown, ReadonlySet<string>>
}

export const text = (words: string): LanguageModelV4TextPart => ({ type: 'text', text: words })

export function readImage({ source }: JsonObject, at: string, { kin }: Reading): Part[] {
  const from = objectAt(source, `${at}.source`)
  const kind = wordAt(from.type, `${at}.source.type`, ['base64', 'url', 'file'])
  if (kind === 'url')
    return [
      { type: 'file', mediaType: 'image/*', data: { type: 'url', url: urlAt(from.url, `${at}.source.url`) } },
    ]
  if (kind === 'file') return [fileOf(from, `${at}.source`, { mediaType: 'image/*', kin })]
  const mediaType = textAt(from.media_type, `${at}.source.media_type`)
  if (!/^image\/[\w.+-]+$/.test(mediaType))
    wrong(
      `${at}.source.media_type`,
      `is ${JSON.stringify(mediaType.slice(0, 80))}: send "image/png" or alike`,
    )
  return [{ type: 'file', mediaType, data: dataOf(from.data, `${at}.source.data`) }]
}

/** A PDF stays one; a text is told from what is around it by tags, where the provider has no documents. */
export function readDocument(block: JsonObject, at: string, reading: Reading): Part[] {
  const { kin } = reading
  const source = objectAt(block.source, `${at}.source`)
  const kind = wordAt(source.type, `${at}.source.type`, ['base64', 'text', 'url', 'file', 'content'])
  const facts = factsOf(block, at, reading)
  const place = `${at}.source`
  if (kind === 'text') return textDocument(textAt(source.data, `${place}.data`), facts, kin)
  if (kind === 'content') return contentDocument(source.content, `${place}.content`, { facts, reading })
  const context = kin.isAnthropic || facts.context === undefined ? [] : [text(facts.context)]
  return [...context, { ...pdfOf(kind, source, place, kin), ...dressed(facts, kin) }]
}

function pdfOf(
  kind: 'base64' | 'url' | 'file',
  source: JsonObject,
  at: string,
  kin: Kin,
): LanguageModelV4FilePart {
  const mediaType = 'application/pdf'
  if (kind === 'file') return fileOf(source, at, { mediaType, kin })
  if (kind === 'url')
    return { type: 'file', mediaType, data: { type: 'url', url: urlAt(source.url, `${at}.url`) } }
  wordAt(source.media_type, `${at}.media_type`, [mediaType])
  return { type: 'file', mediaType, data: dataOf(source.data, `${at}.data`) }
}

/** What a document says about itself. */
interface Facts {
  readonly title?: string
  readonly context?: string
  readonly isCited: boolean
}

function factsOf({ title, context, citations }: JsonObject, at: string, { kin, warn }: Reading): Facts {
  const isCited = objectOf(citations).enabled === true
  if (isCited && !kin.hasCitations) warn(`${at}.citations: this provider does not cite documents`)
  return {
    ...(title != null && { title: textAt(title, `${at}.title`) }),
    ...(context != null && { context: textAt(context, `${at}.context`) }),
    isCited,
  }
}

function textDocument(data: string, facts: Facts, kin: Kin): Part[] {
  if (!kin.hasCitations) return [text(tagged('document', facts, data))]
  const context = kin.isAnthropic || facts.context === undefined ? [] : [text(facts.context)]
  return [
    ...context,
    { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: data }, ...dressed(facts, kin) },
  ]
}

/** No package has documents that consist of blocks; what they say is kept, in order. */
function contentDocument(
  content: unknown,
  at: string,
  { facts, reading }: { facts: Facts; reading: Reading },
): Part[] {
  const { kin } = reading
  if (typeof content === 'string') return textDocument(content, facts, kin)
  // Who cites documents was not told of before: only texts and files are documents to it.
  if (facts.isCited && kin.hasCitations)
    reading.warn(`${at}: this provider does not cite documents that consist of blocks`)
  const blocks = arrayAt(content, at).map(
    (each, i) => [objectAt(each, `${at}[${i}]`), `${at}[${i}]`] as const,
  )
  const inside = blocks.flatMap(([block, place]) =>
    wordAt(block.type, `${place}.type`, ['text', 'image']) === 'text'
      ? [text(textAt(block.text, `${place}.text`))]
      : readImage(block, place, reading),
  )
  return [text(`<document${attributes(facts)}>`), ...inside, text('</document>')]
}

/** A result of the client's own search. No package has such blocks. */
export function readSearchResult(block: JsonObject, at: string, { kin, warn }: Reading): Part[] {
  const source = textAt(block.source, `${at}.source`)
  const title = textAt(block.title, `${at}.title`)
  const words = arrayAt(block.content, `${at}.content`).map((each, i) =>
    textAt(objectAt(each, `${at}.content[${i}]`).text, `${at}.content[${i}].text`),
  )
  if (objectOf(block.citations).enabled === true && !kin.isAnthropic)
    warn(`${at}.citations: this provider does not cite search results`)
  return [text(tagged('search_result', { source, title }, words.join('\n')))]
}

const dressed = ({ title, context, isCited }: Facts, kin: Kin) => {
  const own = {
    ...(isCited && kin.hasCitations && { citations: { enabled: true } }),
    ...(kin.isAnthropic && title !== undefined && { title }),
    ...(kin.isAnthropic && context !== undefined && { context }),
  }
  const providerOptions = under(kin.key, own)
  return { ...(title !== undefined && { filename: title }), ...(providerOptions && { providerOptions }) }
}

const tagged = (tag: string, facts: object, words: string): string =>
  `<${tag}${attributes(facts)}>\n${words}\n</${tag}>`

const attributes = (facts: object): string =>
  Object.entries(facts)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join('')

/** A file that was uploaded lives where it was uploaded to. */
function fileOf(
  source: JsonObject,
  at: string,
  { mediaType, kin }: { mediaType: string; kin: Kin },
): LanguageModelV4FilePart {
  const id = nameAt(source.file_id, `${at}.file_id`)
  if (!kin.isAnthropic)
    unsupported(`${at}.file_id`, 'is a file at Anthropic, which this provider cannot read')
  return { type: 'file', mediaType, data: { type: 'reference', reference: { [kin.key]: id } } }
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

function dataOf(value: unknown, at: string): { type: 'data'; data: string } {
  const data = nameAt(value, at)
  if (data.startsWith('data:')) wrong(at, 'is a data URL: send the base64 text alone')
  return { type: 'data', data: BASE64.test(data) ? data : wrong(at, 'is not base64') }
}

function urlAt(value: unknown, at: string): URL {
  const address = textAt(value, at)
  const url = URL.canParse(address) ? new URL(address) : wrong(at, 'is not a URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') wrong(at, 'is not an http(s) URL')
  return url
}
