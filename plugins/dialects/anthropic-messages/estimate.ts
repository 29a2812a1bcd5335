import { isObject, objectOf, usageOf } from '../../../src/contract/loose-json.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { arrayAt, entryOf } from '../../../src/request/border.ts'
import { tokensOf } from '../../../src/translate/estimate.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Role and framing of a message. */
const MESSAGE = 4
/** What a tool adds to the prompt, and all of them together: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview */
const TOOL = 12
const TOOLS = 346
/** The most that an image takes: https://platform.claude.com/docs/en/build-with-claude/vision */
const IMAGE = 1600
/** A PDF takes up to 3,000 tokens of text a page, beside its picture; pages are guessed from its size (characters of base64). */
const PAGE = 3000
const PAGE_SIZE = 100_000
/** The answer of `count_tokens`, made here. */
export function estimate({ body, warn }: Errand): Translated {
  const { messages, system, tools } = body.json
  arrayAt(messages, 'messages')
  warn('input_tokens: an estimate from the length of the prompt, because this provider does not count tokens')
  return {
    body: { input_tokens: Math.ceil(tokensIn(messages) + tokensIn(system) + tokensInTools(tools)) },
    usage: usageOf({}),
  }
}

function tokensInTools(tools: unknown): number {
  if (!Array.isArray(tools) || tools.length === 0) return 0
  return tools.reduce((sum: number, tool) => sum + TOOL + tokensOf(JSON.stringify(tool)), TOOLS)
}

/** Everything that a model reads: texts, the inputs of tools, and what stands in for images and documents. */
function tokensIn(value: unknown): number {
  if (typeof value === 'string') return tokensOf(value)
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + tokensIn(each), 0)
  if (!isObject(value)) return 0
  if (typeof value.role === 'string') return MESSAGE + tokensIn(value.content)
  return entryOf(tokensOfBlock, value.type)?.(value) ?? tokensOf(JSON.stringify(value))
}

const tokensOfBlock: Readonly<Record<string, (block: JsonObject) => number>> = {
  text: ({ text }) => tokensIn(text),
  image: () => IMAGE,
  document: ({ source, title, context }) =>
    tokensIn(title) + tokensIn(context) + tokensOfDocument(objectOf(source)),
  search_result: ({ title, source, content }) => tokensIn(title) + tokensIn(source) + tokensIn(content),
  // Thoughts of earlier turns are taken out of the prompt; those of the turn under way count.
  thinking: ({ thinking }) => tokensIn(thinking),
  redacted_thinking: () => 0,
  tool_use: ({ name, input }) => MESSAGE + tokensIn(name) + tokensOf(JSON.stringify(input) ?? ''),
  tool_result: ({ content }) => MESSAGE + tokensIn(content),
}

function tokensOfDocument({ type, data, content }: JsonObject): number {
  if (type === 'content') return tokensIn(content)
  if (type === 'text') return tokensIn(data)
  return typeof data === 'string' ? PAGE * Math.max(1, Math.round(data.length / PAGE_SIZE)) : PAGE
}
