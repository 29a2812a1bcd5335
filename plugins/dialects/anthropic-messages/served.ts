import type { LanguageModelV4TextPart } from '@ai-sdk/provider'
import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import { entryOf, nameAt, unsupported } from '../../../src/request/border.ts'
import { callInWords, resultInWords } from '../../../src/translate/in-words.ts'
import type { JsonObject } from '../../../src/types.ts'
import { type Reading, text } from './sources.ts'

/**
 * What Anthropic's servers did during a turn: searched the web, ran code, called a server of MCP. Another model is told of
 * it in words, in its place: what was asked, what came back, and the passages that the answer cites. Left out, the text
 * behind it would speak of things that nobody has said, and the addresses would be gone. What the vendor has sealed for
 * itself, the pages that a search has found among it, goes nowhere else.
 */
export const isServed = (type: unknown): type is string => typeof type === 'string' && SERVED.test(type)

const SERVED =
  /^(?:server_tool_use|mcp_tool_use|mcp_tool_listing|\w+_tool_result|container_upload|compaction|fallback)$/

const IN_WORDS =
  "messages: what Anthropic's servers did is told to this model in words, without what only Anthropic can read"

interface Around {
  /** The blocks of the message. */
  readonly all: readonly JsonObject[]
  readonly reading: Reading
}

export function readServed(block: JsonObject, at: string, around: Around): LanguageModelV4TextPart[] {
  const tell = entryOf(tellers, block.type) ?? result
  const words = tell(block, at, around)
  if (words === undefined) return []
  around.reading.warn(IN_WORDS)
  return [text(words)]
}

type Tell = (block: JsonObject, at: string, around: Around) => string | undefined

const call: Tell = ({ name, input }, at) => callInWords(nameAt(name, `${at}.name`), input)

const tellers: Readonly<Record<string, Tell>> = {
  server_tool_use: call,
  mcp_tool_use: call,
  // What was said before it is there as well, unless the client has left that out.
  compaction: ({ content, encrypted_content: sealed }, at) => {
    if (typeof content === 'string' && content !== '') return `<summary>\n${content}\n</summary>`
    return sealed == null ? undefined : unsupported(`${at}.type`, SEALED_SUMMARY)
  },
  container_upload: (_, at) => unsupported(`${at}.type`, 'is a file at Anthropic, which this provider lacks'),
  mcp_tool_listing: (_, at, { reading }) =>
    void reading.warn(`${at}: tools that another provider could call are left out`),
  // A note about which model went on.
  fallback: (_, at, { reading }) => void reading.warn(`${at}: a note for Anthropic, and left out`),
}

const SEALED_SUMMARY = 'is a summary of what was said before that only Anthropic can read'

const result: Tell = ({ type, tool_use_id: id, content, is_error: isError }, _, { all, reading }) => {
  const called = all.find(block => block.id === id && typeof block.name === 'string')
  const name = String(called?.name ?? String(type).replace(/_tool_result$/, ''))
  const said = type === 'web_search_tool_result' ? withPassages(content, reading) : content
  return resultInWords(name, isError === true ? { error: said } : said)
}

/** The pages themselves are sealed; of what the model has read of them, its citations tell. */
function withPassages(content: unknown, { passages }: Reading): unknown {
  if (!Array.isArray(content)) return content
  return content.map(found => {
    const cited = isObject(found) ? passages().get(found.url) : undefined
    return cited === undefined ? found : { ...found, passages: [...cited] }
  })
}

/** The passages that the model has cited in all of the conversation, by address; read when they are first asked for. */
export function createPassages(messages: readonly unknown[]): Reading['passages'] {
  let found: Map<unknown, Set<string>> | undefined
  return () => {
    if (found !== undefined) return found
    found = new Map()
    const blocks = messages.flatMap(message => (isObject(message) ? listOf(message.content) : []))
    const cited = blocks.flatMap(block => (isObject(block) ? listOf(block.citations) : []))
    for (const each of cited) {
      if (!isObject(each) || typeof each.cited_text !== 'string' || each.cited_text === '') continue
      const passages = found.get(each.url) ?? new Set()
      found.set(each.url, passages.add(each.cited_text))
    }
    return found
  }
}
