import { withoutDialect } from './chat-heard.ts'
import {
  type Heard,
  hear,
  isObject,
  type Json,
  listOf,
  numberOf,
  objectOr,
  type Part,
  printOf,
  textOf,
} from './heard.ts'

/** What Anthropic's Messages API understands. */
export function hearMessages(body: Json): Heard {
  const { type: choice, name, disable_parallel_tool_use } = objectOr(body.tool_choice)
  return hear({
    system: plain(body.system, '\n') || undefined,
    turns: listOf(body.messages)
      .map(objectOr)
      .map(({ role, content }) => ({
        role: role === 'assistant' ? 'assistant' : 'user',
        parts: typeof content === 'string' ? [{ text: content }] : listOf(content).flatMap(toParts),
      })),
    tools: listOf(body.tools).map(toTool),
    choice: choice === 'tool' ? textOf(name) : choice === 'any' ? 'required' : (choice as string | undefined),
    isParallel: disable_parallel_tool_use === true ? false : undefined,
    limit: numberOf(body.max_tokens),
    temperature: numberOf(body.temperature),
    topP: numberOf(body.top_p),
    topK: numberOf(body.top_k),
    stop: listOf(body.stop_sequences) as string[],
    format: toFormat(body),
    effort: body.thinking,
  })
}

const plain = (content: unknown, between = ''): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map(part => textOf(objectOr(part).text))
        .join(between)

/** A picture in the result of a tool is heard behind it: not every language has a place for it inside. */
function toParts(given: unknown): Part[] {
  const part = objectOr(given)
  if (part.type !== 'tool_result') return [toPart(part)]
  const pictures = listOf(part.content)
    .map(objectOr)
    .filter(({ type }) => type !== 'text')
  return [toPart(part), ...pictures.map(toPart)]
}

function toPart(given: unknown): Part {
  const part = objectOr(given)
  switch (part.type) {
    case 'text':
      return { text: textOf(part.text) }
    case 'image':
      return { image: sourceOf(part) }
    case 'document':
      return { file: sourceOf(part), ...(typeof part.title === 'string' && { name: part.title }) }
    case 'tool_use':
      return { call: textOf(part.name), id: textOf(part.id), input: part.input }
    case 'tool_result':
      return {
        result: textOf(part.tool_use_id),
        output: plain(part.content),
        ...(part.is_error === true && { isError: true }),
      }
    case 'thinking':
      return {
        thought: textOf(part.thinking),
        ...(typeof part.signature === 'string' && { proof: part.signature }),
      }
    case 'redacted_thinking':
      return { thought: '', proof: textOf(part.data) }
    default:
      return { unknown: String(part.type) }
  }
}

function sourceOf(part: Json): string {
  const { data, url, file_id } = objectOr(part.source)
  return printOf(data ?? url ?? file_id)
}

function toTool(given: unknown) {
  const { name, description, input_schema } = objectOr(given)
  return {
    name: textOf(name),
    ...(typeof description === 'string' && { description }),
    ...(isObject(input_schema) && { parameters: withoutDialect(input_schema) }),
  }
}

function toFormat({ output_config, output_format }: Json): unknown {
  const { schema } = objectOr(objectOr(output_config).format ?? output_format)
  return isObject(schema) ? withoutDialect(schema) : undefined
}
