import { objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { entryOf } from '../../../src/request/border.ts'
import { callInWords, resultInWords } from '../../../src/translate/in-words.ts'
import type { JsonObject } from '../../../src/types.ts'
import { text, type Warn } from './content.ts'
import type { Kin } from './kin.ts'
import type { Said } from './turns.ts'

/** What one of a provider's own tools did: its name, what it was asked, what came back. */
type Deed = readonly [name: string, input: unknown, output: unknown]

const deeds: Readonly<Record<string, (item: JsonObject) => Deed>> = {
  file_search_call: ({ queries, results }) => ['file_search', { queries }, results],
  code_interpreter_call: ({ code, outputs }) => ['code_interpreter', { code }, outputs],
  mcp_call: ({ name, arguments: given, output, error }) => [
    String(name),
    typeof given === 'string' ? parseObject(given) : {},
    error == null ? output : { error },
  ],
  web_search_call: ({ action }) => {
    const { sources, ...asked } = objectOf(action)
    return ['web_search', asked, sources ?? 'What was found stands in the text that follows.']
  },
  image_generation_call: ({ revised_prompt: prompt }) => [
    'image_generation',
    typeof prompt === 'string' ? { prompt } : {},
    'A picture, which is not shown here.',
  ],
}

export const isDeed = (type: unknown): boolean => entryOf(deeds, type) !== undefined

const IN_WORDS = 'input: what tools of another provider did is told to this model in words'

/**
 * What tools of the provider did in an earlier turn, for the model of another one: in words, in its place. Left out, the
 * text behind it would speak of things that nobody has said.
 */
export function readDeed(item: JsonObject, { kin, warn }: { kin: Kin; warn: Warn }): Said {
  const picture = item.type === 'image_generation_call' && kin.hasPictures ? pictureOf(item) : undefined
  if (picture !== undefined) return [picture]
  const [name, input, output] = deeds[String(item.type)]!(item)
  // Who searches itself has it said in these words by us alone, and loses nothing.
  if (item.type !== 'web_search_call' || kin.search === undefined) warn(IN_WORDS)
  return [text(`${callInWords(name, input)}\n${resultInWords(name, output)}`)]
}

function pictureOf({ result, output_format: format }: JsonObject): Said[number] | undefined {
  if (typeof result !== 'string' || result === '') return undefined
  const kind = typeof format === 'string' && /^\w+$/.test(format) ? format : 'png'
  return { type: 'file', mediaType: `image/${kind}`, data: { type: 'data', data: result } }
}
