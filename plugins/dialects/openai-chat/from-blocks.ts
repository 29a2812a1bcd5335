import { isObject } from '../../../src/contract/loose-json.ts'
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

/** Blocks of Anthropic's messages as parts and messages of chat. */

const text = (words: string): JsonObject => ({ type: 'text', text: words })

/** Where to cache is said in the same way here, by those who say it at all. */
const cachedAs = ({ cache_control: cache }: JsonObject, part: JsonObject): JsonObject =>
  cache === undefined ? part : { ...part, cache_control: cache }

export const toTextParts = (content: unknown, at: string): unknown =>
  typeof content === 'string'
    ? content
    : arrayAt(content, at).map((each, i) => {
        const block = objectAt(each, `${at}[${i}]`)
        wordAt(block.type, `${at}[${i}].type`, ['text'])
        return cachedAs(block, text(textAt(block.text, `${at}[${i}].text`)))
      })

type Reader = (block: JsonObject, at: string) => JsonObject[]

const inUser: Readonly<Record<string, Reader>> = {
  text: (block, at) => [text(textAt(block.text, `${at}.text`))],
  image: ({ source }, at) => [toImage(objectAt(source, `${at}.source`), `${at}.source`)],
  document: toDocument,
  search_result: ({ content, source, title }, at) => [
    text(
      [title, source, ...textsOf(content, `${at}.content`)]
        .filter(each => typeof each === 'string')
        .join('\n'),
    ),
  ],
  // Parts that chat has itself.
  image_url: block => [block],
  input_audio: block => [block],
  file: block => [block],
}

const toParts = (content: unknown, at: string): JsonObject[] =>
  arrayAt(content, at).flatMap((each, i) => partsOf(objectAt(each, `${at}[${i}]`), `${at}[${i}]`))

function partsOf(block: JsonObject, at: string): JsonObject[] {
  const read = entryOf(inUser, block.type)
  if (read === undefined)
    return wrong(
      `${at}.type`,
      `is ${shown(block.type)}, which has no counterpart in a chat completion: send it to /v1/messages`,
    )
  return read(block, at).map(part => cachedAs(block, part))
}

function toImage(source: JsonObject, at: string): JsonObject {
  const type = wordAt(source.type, `${at}.type`, ['base64', 'url', 'file'])
  if (type === 'file') return { type: 'file', file: { file_id: nameAt(source.file_id, `${at}.file_id`) } }
  const url =
    type === 'url'
      ? textAt(source.url, `${at}.url`)
      : `data:${nameAt(source.media_type, `${at}.media_type`)};base64,${textAt(source.data, `${at}.data`)}`
  return { type: 'image_url', image_url: { url } }
}

function toDocument({ source: given, title, context }: JsonObject, at: string): JsonObject[] {
  const place = `${at}.source`
  const source = objectAt(given, place)
  const type = wordAt(source.type, `${place}.type`, ['base64', 'text', 'url', 'file', 'content'])
  const about = [title, context]
    .filter(each => typeof each === 'string' && each !== '')
    .map(each => text(each as string))
  const filename = typeof title === 'string' && title !== '' ? { filename: title } : {}
  const file = (own: JsonObject): JsonObject => ({ type: 'file', file: { ...own, ...filename } })
  const before = typeof context === 'string' && context !== '' ? [text(context)] : []
  switch (type) {
    case 'text':
      return [...about, text(textAt(source.data, `${place}.data`))]
    case 'content':
      return [
        ...about,
        ...(typeof source.content === 'string'
          ? [text(source.content)]
          : toParts(source.content, `${place}.content`)),
      ]
    case 'url':
      return [...before, file({ file_data: textAt(source.url, `${place}.url`) })]
    case 'file':
      return [...before, file({ file_id: nameAt(source.file_id, `${place}.file_id`) })]
    default: {
      const data = textAt(source.data, `${place}.data`)
      return [
        ...before,
        file({ file_data: `data:${nameAt(source.media_type, `${place}.media_type`)};base64,${data}` }),
      ]
    }
  }
}

const textsOf = (content: unknown, at: string): string[] =>
  typeof content === 'string'
    ? [content]
    : arrayAt(content, at).map((each, i) => textAt(objectAt(each, `${at}[${i}]`).text, `${at}[${i}].text`))

/** Results of tools are messages of their own here, and come first: they answer the message before. */
export function fromUser(content: readonly unknown[], at: string): JsonObject[] {
  const results: JsonObject[] = []
  const parts: JsonObject[] = []
  for (const [i, each] of content.entries()) {
    const place = `${at}[${i}]`
    const block = objectAt(each, place)
    if (block.type === 'tool_result') results.push(toResult(block, place))
    else parts.push(...partsOf(block, place))
  }
  return [...results, ...(parts.length > 0 || results.length === 0 ? [{ role: 'user', content: parts }] : [])]
}

function toResult(block: JsonObject, at: string): JsonObject {
  const { tool_use_id: id, content: given } = block
  const content = given == null ? '' : typeof given === 'string' ? given : toParts(given, `${at}.content`)
  return cachedAs(block, {
    role: 'tool',
    tool_call_id: nameAt(id, `${at}.tool_use_id`),
    content: block.is_error === true ? failed(content) : content,
  })
}

/** Chat has no mark for a result that failed: its words say so, as in all other translations. */
function failed(content: string | readonly JsonObject[]): string | readonly JsonObject[] {
  if (typeof content === 'string') return saidFailed(content)
  const [first, ...rest] = content
  if (typeof first?.text !== 'string') return [text('Error'), ...content]
  return [{ ...first, text: saidFailed(first.text) }, ...rest]
}

const saidFailed = (words: string): string =>
  /^\W*error\s*[:>]/i.test(words) ? words : words === '' ? 'Error' : `Error: ${words}`

/** What the model said before: its thoughts, its words, its calls. */
export function fromAssistant(blocks: readonly unknown[], at: string): JsonObject {
  const said: JsonObject[] = []
  const calls: JsonObject[] = []
  const details: JsonObject[] = []
  for (const [i, each] of blocks.entries()) {
    const place = `${at}[${i}]`
    const block = objectAt(each, place)
    const detail = toDetail(block, place)
    if (block.type === 'tool_use') calls.push(toCall(block, place))
    else if (detail !== undefined) details.push({ ...detail, index: details.length })
    else said.push(...partsOf(block, place))
  }
  const thought = details.map(({ text: words }) => (typeof words === 'string' ? words : '')).join('')
  return {
    content: said.length > 0 ? said : null,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thought !== '' && { reasoning_content: thought }),
    ...(details.length > 0 && { reasoning_details: details }),
  }
}

function toDetail(block: JsonObject, at: string): JsonObject | undefined {
  const format = 'anthropic-claude-v1'
  if (block.type === 'redacted_thinking')
    return { type: 'reasoning.encrypted', data: textAt(block.data, `${at}.data`), format }
  if (block.type !== 'thinking') return undefined
  const { signature } = block
  const signed = typeof signature === 'string' && signature !== '' ? { signature } : {}
  return { type: 'reasoning.text', text: textAt(block.thinking, `${at}.thinking`), ...signed, format }
}

function toCall(block: JsonObject, at: string): JsonObject {
  const input = isObject(block.input) ? block.input : wrong(`${at}.input`, 'is no object: send one')
  return cachedAs(block, {
    id: nameAt(block.id, `${at}.id`),
    type: 'function',
    function: { name: nameAt(block.name, `${at}.name`), arguments: JSON.stringify(input) },
  })
}
