import {
  type Heard,
  type HeardTool,
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

/** What OpenAI's chat understands. */
export function hearChat(body: Json): Heard {
  const messages = listOf(body.messages).map(objectOr)
  const isSystem = ({ role }: Json) => role === 'system' || role === 'developer'
  const system = messages.filter(isSystem).map(({ content }) => plain(content))
  const limit = numberOf(body.max_completion_tokens) ?? numberOf(body.max_tokens)
  return hear({
    system: system.length === 0 ? undefined : system.join('\n'),
    turns: messages.filter(message => !isSystem(message)).map(toTurn),
    tools: listOf(body.tools).map(toTool),
    choice: toChoice(body.tool_choice),
    isParallel: typeof body.parallel_tool_calls === 'boolean' ? body.parallel_tool_calls : undefined,
    limit,
    temperature: numberOf(body.temperature),
    topP: numberOf(body.top_p),
    topK: numberOf(body.top_k),
    seed: numberOf(body.seed),
    frequencyPenalty: numberOf(body.frequency_penalty),
    presencePenalty: numberOf(body.presence_penalty),
    stop: typeof body.stop === 'string' ? [body.stop] : (listOf(body.stop) as string[]),
    format: toFormat(objectOr(body.response_format)),
    effort: body.reasoning_effort,
  })
}

const plain = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map(part => textOf(objectOr(part).text))
        .join('')

function toTurn(message: Json): Turn {
  const { role, content, tool_calls, tool_call_id } = message
  if (role === 'tool')
    return { role: 'user', parts: [{ result: textOf(tool_call_id), output: plain(content) }] }
  const said: Part[] =
    typeof content === 'string' ? [{ text: content }] : listOf(content).map(part => toPart(objectOr(part)))
  const thought = textOf(message.reasoning_content ?? message.reasoning)
  return {
    role: role === 'assistant' ? 'assistant' : 'user',
    parts: [
      ...(thought === '' ? [] : [{ thought }]),
      ...said,
      ...listOf(tool_calls).map(call => toCall(objectOr(call))),
    ],
  }
}

function toCall({ id, function: named, custom }: Json): Part {
  const { name, arguments: given, input } = objectOr(named ?? custom)
  return { call: textOf(name), id: textOf(id), input: custom === undefined ? inputOf(given) : input }
}

function toPart(part: Json): Part {
  if (part.type === 'text') return { text: textOf(part.text) }
  if (part.type === 'image_url') return { image: printOf(objectOr(part.image_url).url) }
  if (part.type === 'input_audio') return { audio: printOf(objectOr(part.input_audio).data) }
  if (part.type === 'file') {
    const { file_data, filename } = objectOr(part.file)
    return { file: printOf(file_data), ...(typeof filename === 'string' && { name: filename }) }
  }
  return { unknown: String(part.type) }
}

export function toTool(tool: unknown): HeardTool {
  const { function: named, custom, ...flat } = objectOr(tool)
  const { name, description, parameters } = objectOr(named ?? custom ?? flat)
  return {
    name: textOf(name),
    ...(typeof description === 'string' && { description }),
    ...(isObject(parameters) && { parameters: withoutDialect(parameters) }),
  }
}

/** `$schema` says which JSON Schema it is, and some packages add it. */
export const withoutDialect = ({ $schema, ...schema }: Json): Json => schema

export function toChoice(choice: unknown): string | undefined {
  if (typeof choice === 'string') return choice
  const { function: named, custom, name } = objectOr(choice)
  const chosen = objectOr(named ?? custom).name ?? name
  return typeof chosen === 'string' ? chosen : undefined
}

function toFormat({ type, json_schema }: Json): unknown {
  if (type === 'json_object') return 'json'
  const { schema } = objectOr(json_schema)
  return type === 'json_schema' && isObject(schema) ? withoutDialect(schema) : undefined
}
