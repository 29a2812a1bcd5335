import { listOf, objectOf } from '../../../src/contract/loose-json.ts'
import {
  arrayAt,
  entryOf,
  nameAt,
  objectAt,
  shown,
  textAt,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A turn of the model, which the Responses API has in pieces: thoughts, words, calls. */
interface Turn {
  readonly role: 'assistant'
  content: unknown
  tool_calls?: JsonObject[]
  reasoning_content?: string
  reasoning_details?: JsonObject[]
}

/** Items of the Responses API as messages. */
export function fromItems(items: readonly unknown[]): JsonObject[] {
  const messages: (JsonObject | Turn)[] = []
  /** The turn that further pieces belong to. */
  let turn: Turn | undefined
  const turnNow = (): Turn => {
    if (turn === undefined) {
      turn = { role: 'assistant', content: null }
      messages.push(turn)
    }
    return turn
  }

  const readers: Readonly<Record<string, (item: JsonObject, at: string) => void>> = {
    message(item, at) {
      const role = wordAt(item.role, `${at}.role`, ['user', 'system', 'developer', 'assistant'])
      const content = toContent(item.content, `${at}.content`)
      if (role !== 'assistant') {
        turn = undefined
        messages.push({ role, content })
        return
      }
      // Words behind words are another turn, unless calls hold them together: results follow those directly.
      if (turn?.content != null && turn.tool_calls === undefined) turn = undefined
      const now = turnNow()
      now.content = now.content === null ? content : [...listed(now.content), ...listed(content)]
    },
    reasoning(item, at) {
      think(turnNow(), item, at)
    },
    function_call: ({ call_id, name, arguments: args }, at) =>
      call(turnNow(), {
        id: nameAt(call_id, `${at}.call_id`),
        type: 'function',
        function: { name: nameAt(name, `${at}.name`), arguments: textAt(args, `${at}.arguments`) },
      }),
    custom_tool_call: ({ call_id, name, input }, at) =>
      call(turnNow(), {
        id: nameAt(call_id, `${at}.call_id`),
        type: 'custom',
        custom: { name: nameAt(name, `${at}.name`), input: textAt(input, `${at}.input`) },
      }),
    function_call_output: result,
    custom_tool_call_output: result,
  }

  function result({ call_id, output }: JsonObject, at: string): void {
    turn = undefined
    messages.push({
      role: 'tool',
      tool_call_id: nameAt(call_id, `${at}.call_id`),
      content: toContent(output, `${at}.output`),
    })
  }

  for (const [i, each] of items.entries()) {
    const at = `input[${i}]`
    const item = objectAt(each, at)
    const type = item.type ?? (item.role === undefined ? undefined : 'message')
    const read = entryOf(readers, type)
    if (read === undefined)
      wrong(
        `${at}.type`,
        `is ${shown(type)}, which has no counterpart in a chat completion: send it to /v1/responses`,
      )
    read!(item, at)
  }
  return messages as JsonObject[]
}

const listed = (content: unknown): readonly unknown[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content)

function call(turn: Turn, made: JsonObject): void {
  turn.tool_calls = [...(turn.tool_calls ?? []), made]
}

function think(turn: Turn, { id, summary, content, encrypted_content: data }: JsonObject, at: string): void {
  const words = [...listOf(content), ...listOf(summary)]
    .map((part, i) => textAt(objectOf(part).text, `${at}.summary[${i}].text`))
    .join('\n\n')
  if (words !== '')
    turn.reasoning_content =
      turn.reasoning_content === undefined ? words : `${turn.reasoning_content}\n\n${words}`
  if (typeof data !== 'string') return
  const own = typeof id === 'string' ? { id } : {}
  const detail = { type: 'reasoning.encrypted', data, format: 'openai-responses-v1', ...own }
  const before = turn.reasoning_details ?? []
  turn.reasoning_details = [...before, { ...detail, index: before.length }]
}

/** Texts stay texts; lists of parts get the names that chat has for them. */
const toContent = (content: unknown, at: string): unknown =>
  typeof content === 'string'
    ? content
    : arrayAt(content, at).map((each, i) => toPart(objectAt(each, `${at}[${i}]`)))

function toPart(part: JsonObject): JsonObject {
  const kept = part.cache_control === undefined ? {} : { cache_control: part.cache_control }
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'summary_text':
      return { type: 'text', text: part.text, ...kept }
    case 'input_image':
      return { ...toImage(part), ...kept }
    case 'input_file':
      return { type: 'file', file: toFile(part), ...kept }
    default:
      // Some clients mix the names; what chat knows, and what nobody knows, stays.
      return part
  }
}

function toImage({ image_url: url, detail, file_id }: JsonObject): JsonObject {
  if (url == null && file_id != null) return { type: 'file', file: { file_id } }
  return { type: 'image_url', image_url: { url, ...(detail != null && { detail }) } }
}

function toFile({ file_id, file_data, file_url, filename }: JsonObject): JsonObject {
  return {
    ...(file_id != null && { file_id }),
    ...(file_data != null ? { file_data } : file_url != null && { file_data: file_url }),
    ...(filename != null && { filename }),
  }
}
