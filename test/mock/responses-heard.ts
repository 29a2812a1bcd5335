import { toChoice, toTool, withoutDialect } from './chat-heard.ts'
import {
  type Heard,
  hear,
  inputOf,
  isObject,
  type Json,
  listOf,
  numberOf,
  objectOr,
  type Part,
  printOf,
  type Turn,
  textOf,
} from './heard.ts'

/** What OpenAI's Responses API understands. */
export function hearResponses(body: Json): Heard {
  const { input } = body
  const items: Json[] =
    typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input).map(objectOr)
  const isSystem = ({ role }: Json) => role === 'system' || role === 'developer'
  const system = [body.instructions, ...items.filter(isSystem).map(({ content }) => plain(content))]
  return hear({
    system: system.filter(text => typeof text === 'string' && text !== '').join('\n') || undefined,
    turns: items.filter(item => !isSystem(item)).map(toTurn),
    tools: listOf(body.tools).map(toTool),
    choice: toChoice(body.tool_choice),
    isParallel: typeof body.parallel_tool_calls === 'boolean' ? body.parallel_tool_calls : undefined,
    limit: numberOf(body.max_output_tokens),
    temperature: numberOf(body.temperature),
    topP: numberOf(body.top_p),
    format: toFormat(objectOr(objectOr(body.text).format)),
    effort: objectOr(body.reasoning).effort,
  })
}

const plain = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map(part => textOf(objectOr(part).text))
        .join('')

function toTurn(item: Json): Turn {
  switch (item.type) {
    case 'function_call':
      return assistant({
        call: textOf(item.name),
        id: textOf(item.call_id),
        input: inputOf(item.arguments),
      })
    case 'custom_tool_call':
      return assistant({ call: textOf(item.name), id: textOf(item.call_id), input: item.input })
    case 'local_shell_call':
      return assistant({ call: 'local_shell', id: textOf(item.call_id), input: item.action })
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
      return {
        role: 'user',
        parts: [
          { result: textOf(item.call_id), output: plain(item.output) },
          ...listOf(item.output)
            .filter(part => objectOr(part).type !== 'input_text')
            .map(toPart),
        ],
      }
    case 'reasoning':
      return assistant({
        thought: plain(item.summary),
        ...(typeof item.encrypted_content === 'string' && { proof: item.encrypted_content }),
      })
    case undefined:
    case 'message': {
      const { role, content } = item
      return {
        role: role === 'assistant' ? 'assistant' : 'user',
        parts: typeof content === 'string' ? [{ text: content }] : listOf(content).map(toPart),
      }
    }
    default:
      return { role: 'user', parts: [{ unknown: String(item.type) }] }
  }
}

const assistant = (part: Part): Turn => ({ role: 'assistant', parts: [part] })

function toPart(given: unknown): Part {
  const part = objectOr(given)
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { text: textOf(part.text) }
    case 'refusal':
      return { text: textOf(part.refusal) }
    case 'input_image':
      return { image: printOf(part.image_url) }
    case 'input_file': {
      const { file_data, file_url, filename } = part
      return { file: printOf(file_data ?? file_url), ...(typeof filename === 'string' && { name: filename }) }
    }
    default:
      return { unknown: String(part.type) }
  }
}

function toFormat({ type, schema }: Json): unknown {
  if (type === 'json_object') return 'json'
  return type === 'json_schema' && isObject(schema) ? withoutDialect(schema) : undefined
}
