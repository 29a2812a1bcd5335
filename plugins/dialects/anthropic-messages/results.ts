import type { LanguageModelV4ToolResultOutput, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import {
  arrayAt,
  entryOf,
  nameAt,
  objectAt,
  textAt,
  unknownKind,
  wrong,
} from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached } from './cache.ts'
import { type Part, type Reading, readDocument, readImage, readSearchResult, text } from './sources.ts'

type ContentItem = Extract<LanguageModelV4ToolResultOutput, { type: 'content' }>['value'][number]

/** What a tool gave back, and what of it has to follow as a user's words because results hold text only. */
export interface Result {
  readonly part: LanguageModelV4ToolResultPart
  readonly files: readonly Part[]
}

export function readResult(block: JsonObject, at: string, reading: Reading): Result {
  const id = nameAt(block.tool_use_id, `${at}.tool_use_id`)
  const name =
    reading.calls.get(id) ??
    wrong(`${at}.tool_use_id`, `answers no tool_use block before it (${id.slice(0, 80)})`)
  const items = itemsOf(block.content, `${at}.content`, reading)
  const said = items.flatMap(item => (item.type === 'text' ? [item.text] : [])).join('\n')
  const files = items.filter(item => item.type !== 'text')
  const isError = block.is_error === true
  const isMarked = reading.kin.marksFailures && files.length === 0
  const words = isError && !isMarked ? failed(said) : said
  const fits = reading.kin.hasFilesInResults || files.length === 0
  const output = fits
    ? outputOf(items, { words, isError, reading })
    : asText(words === '' ? SEE_BELOW : words, isError)
  return {
    part: { type: 'tool-result', toolCallId: id, toolName: name, output, ...cached(block, reading.kin) },
    files: fits ? [] : [text(`Result of tool call ${id} (${name}):`), ...(files as Part[])],
  }
}

const SEE_BELOW = 'The result follows as a file.'

/** The mark gets lost on the way, the words do not. */
const failed = (words: string): string =>
  /^\W*error\s*[:>]/i.test(words) ? words : words === '' ? 'Error' : `Error: ${words}`

/** Some packages make one answer of each text, and none where there is none: so there is exactly one, and files behind it. */
function outputOf(
  items: readonly ContentItem[],
  { words, isError, reading }: { words: string; isError: boolean; reading: Reading },
): LanguageModelV4ToolResultOutput {
  const isText = items.every(({ type }) => type === 'text')
  if (isText && (isError || items.length < 2 || !reading.kin.isAnthropic)) return asText(words, isError)
  if (reading.kin.isAnthropic && !isError) return { type: 'content', value: [...items] }
  const files = items.filter(({ type }) => type !== 'text')
  return { type: 'content', value: [text(words === '' ? SEE_BELOW : words), ...files] }
}

const asText = (value: string, isError: boolean): LanguageModelV4ToolResultOutput => ({
  type: isError ? 'error-text' : 'text',
  value,
})

function itemsOf(content: unknown, at: string, reading: Reading): ContentItem[] {
  if (content == null) return []
  if (typeof content === 'string') return [text(content)]
  return arrayAt(content, at).flatMap((each, i): ContentItem[] => {
    const place = `${at}[${i}]`
    const block = objectAt(each, place)
    const read = entryOf(inResults, block.type)
    return read === undefined
      ? unknownKind(
          block.type,
          `${place}.type`,
          `has no meaning in a tool_result: use ${Object.keys(inResults).join(', ')}`,
        )
      : read(block, place, reading)
  })
}

/** A tool that a search has found: only Anthropic loads it then. */
function readReference({ tool_name }: JsonObject, at: string, { kin }: Reading): ContentItem[] {
  const toolName = nameAt(tool_name, `${at}.tool_name`)
  return kin.isAnthropic
    ? [{ type: 'custom', providerOptions: { [kin.key]: { type: 'tool-reference', toolName } } }]
    : [text(`Tool found: ${toolName}`)]
}

const inResults: Readonly<
  Record<string, (block: JsonObject, at: string, reading: Reading) => ContentItem[]>
> = {
  text: (block, at) => [text(textAt(block.text, `${at}.text`))],
  image: readImage,
  document: readDocument,
  search_result: readSearchResult,
  tool_reference: readReference,
}
