import type { JsonObject } from '../../src/types.ts'
import { sample } from './sample.ts'
import { asObject } from './shape.ts'
import { story } from './story.ts'

/** What the model says: text, or the call of one tool. */
export interface Reply {
  readonly text: string
  readonly tool?: { readonly id: string; readonly name: string; readonly arguments: string }
  readonly finish: 'stop' | 'length' | 'tool_calls'
  /** Words stand in for tokens. */
  readonly promptTokens: number
  readonly completionTokens: number
}

/** The models; `pace` is the pause between two words of a stream, in milliseconds. */
export const models: ReadonlyMap<string, { readonly pace: number; says(asked: string): string }> = new Map([
  ['parrot', { pace: 0, says: parrot }],
  ['storyteller', { pace: 10, says: () => story }],
])

/** Longer texts are repeated in part: a stream has an event per word. */
const ECHO_LIMIT = 4000
/** OpenAI takes no more either. */
const TOOL_LIMIT = 128

const brief = (text: string): string =>
  text.length > ECHO_LIMIT ? `${text.slice(0, ECHO_LIMIT).replace(/[\ud800-\udbff]$/, '')}…` : text

function parrot(asked: string): string {
  if (asked === '') return 'Hello! I am the demo parrot. Say something, and I will repeat it.'
  return `Hello! I am the demo parrot, and you said: "${brief(asked)}"`
}

/** Answers a chat request of any shape; the same request always gets the same answer. */
export function answer(model: string, body: JsonObject): Reply {
  const messages = (Array.isArray(body.messages) ? body.messages : []).map(asObject)
  const promptTokens = messages.reduce((sum, message) => sum + countWords(textOf(message.content)), 0)
  const asked = textOf(messages.findLast(({ role }) => role === 'user')?.content).trim()
  const results = resultsOf(messages)
  const found = results === '' ? chooseTool(body, asked, messages.at(-1)?.role === 'user') : undefined
  if (found) {
    const { name, parameters } = found
    const tool = { id: `call_demo_${messages.length}`, name, arguments: JSON.stringify(sample(parameters)) }
    return {
      text: '',
      tool,
      finish: 'tool_calls',
      promptTokens,
      completionTokens: 1 + countWords(tool.arguments),
    }
  }
  const said = results || (models.get(model)?.says(asked) ?? '')
  const text = shorten(said, body.max_completion_tokens ?? body.max_tokens)
  return { text, finish: text === said ? 'stop' : 'length', promptTokens, completionTokens: countWords(text) }
}

/** What the tools said whose results end the conversation; empty when it does not end with results. */
function resultsOf(messages: readonly JsonObject[]): string {
  const results = messages.slice(messages.findLastIndex(({ role }) => role !== 'tool') + 1)
  const calls = messages.flatMap(({ tool_calls }) =>
    Array.isArray(tool_calls) ? tool_calls.map(asObject) : [],
  )
  const names = new Map(calls.map(({ id, function: called }) => [id, asObject(called).name]))
  const sentences = results.map(({ tool_call_id, content }) => {
    const name = names.get(tool_call_id)
    return `The tool${typeof name === 'string' ? ` "${name}"` : ''} says: ${textOf(content) || 'nothing'}`
  })
  return brief(sentences.join('\n'))
}

interface Tool {
  readonly name: string
  readonly parameters: unknown
}

/** The tool that the caller demands, or else the one that the last message names: `get_weather` or "get weather". */
function chooseTool({ tools, tool_choice }: JsonObject, asked: string, isAsked: boolean): Tool | undefined {
  const known = (Array.isArray(tools) ? tools.slice(0, TOOL_LIMIT) : [])
    .map(tool => asObject(asObject(tool).function))
    .flatMap(({ name, parameters }): Tool[] =>
      typeof name === 'string' && name !== '' ? [{ name, parameters }] : [],
    )
  if (tool_choice === 'none') return undefined
  const demanded = asObject(asObject(tool_choice).function).name
  if (demanded !== undefined) return known.find(({ name }) => name === demanded)
  const words = isAsked ? ` ${plain(brief(asked))} ` : ''
  const named = known.find(({ name }) => words.includes(` ${plain(name)} `))
  return named ?? (tool_choice === 'required' ? known[0] : undefined)
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** The text of a message: a string, or the text parts of an array. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const parts = content.map(part => (typeof part === 'string' ? part : asObject(part).text))
  return parts.filter(part => typeof part === 'string').join(' ')
}

function shorten(text: string, limit: unknown): string {
  if (typeof limit !== 'number' || !(limit >= 1)) return text
  const words = wordsOf(text)
  return words.length <= limit ? text : words.slice(0, limit).join('').trimEnd()
}

/** Pieces of one word and the space behind it; together they are the text. */
export const wordsOf = (text: string): string[] => text.match(/^\s+$|^\s+\S+\s*|\S+\s*/g) ?? []

/** Makes no list of them: a prompt may have millions. */
function countWords(text: string): number {
  let count = 0
  let isInside = false
  for (let i = 0; i < text.length; i++) {
    const isSpace = text.charCodeAt(i) <= 32
    if (!isSpace && !isInside) count++
    isInside = !isSpace
  }
  return count
}
