import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider'
import { arrayAt, entryOf, objectAt, shown, textAt, unknownKind } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached, withOptions } from './cache.ts'
import { readAudio, readFile, readImage, readVideo } from './files.ts'
import type { Reading } from './kin.ts'

/** What a part of a message becomes. */
export type Part = LanguageModelV4TextPart | LanguageModelV4FilePart

type Reader = (part: JsonObject, at: string, reading: Reading) => Part

const texts: Readonly<Record<string, Reader>> = {
  text: (part, at) => ({ type: 'text', text: textAt(part.text, `${at}.text`) }),
}

export const forSystem = texts

export const forAssistant: Readonly<Record<string, Reader>> = {
  ...texts,
  refusal: (part, at) => ({ type: 'text', text: textAt(part.refusal, `${at}.refusal`) }),
  // Mistral's own form of what it thought; other models are not made for it.
  thinking: () => ({ type: 'text', text: '' }),
}

export const forUser: Readonly<Record<string, Reader>> = {
  ...texts,
  image_url: readImage,
  video_url: readVideo,
  input_audio: readAudio,
  file: readFile,
}

/** The content of a message: one text, or a list of parts. Empty texts say nothing, and many providers refuse them. */
export function readParts(
  content: unknown,
  at: string,
  { readers, reading }: { readers: Readonly<Record<string, Reader>>; reading: Reading },
): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  const parts: Part[] = []
  for (const [i, each] of arrayAt(content, at).entries()) {
    const place = `${at}[${i}]`
    const part = objectAt(each, place)
    const read = entryOf(readers, part.type)
    if (read === undefined)
      unknownKind(
        part.type,
        `${place}.type`,
        `is ${shown(part.type)}: use ${Object.keys(readers).join(', ')}`,
      )
    const made = read!(part, place, reading)
    if (made.type === 'text' && made.text === '') continue
    parts.push(withOptions(made, cached(part, reading.kin)))
  }
  return parts
}
