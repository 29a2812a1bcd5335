import { isObject, listOf } from '../../src/contract/loose-json.ts'
import type { Body } from '../../src/request/body.ts'
import type { JsonObject } from '../../src/types.ts'

/** What a call certainly holds. */
export interface Held {
  /** Its prompt has at least so many tokens. */
  readonly tokens: number
  readonly images: boolean
  readonly audio: boolean
  readonly pdfs: boolean
}

/**
 * Letters of a token, at most: prose has four or five of them, code fewer, and most other scripts one or two. Only what
 * nobody asks a model to read has more: lines of blanks or dashes.
 */
export const LETTERS = 6

/** Nothing is looked for in the body beside this. */
const MEDIA = /"(?:images?|image_url|input_image|input_audio)"|application\/pdf/

/** Data in base64: its letters are no tokens. */
const PACKED = /^(?:data:|[\w+/=-]{200})/

const pictures: readonly unknown[] = ['image', 'image_url', 'input_image']

export const hasMedia = ({ text }: Body): boolean => MEDIA.test(text)

/** Looks through the whole body, which no small one needs. */
export function measure(body: JsonObject): Held {
  const held = { images: false, audio: false, pdfs: false }
  let letters = 0
  // Not by recursion: a body may be nested as deep as it is long.
  const open: unknown[] = [body]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string') {
      held.pdfs ||= value.startsWith('data:application/pdf')
      letters += PACKED.test(value) ? 0 : value.length
    } else if (Array.isArray(value)) {
      for (const item of value) open.push(item)
    } else if (isObject(value)) {
      held.images ||= pictures.includes(value.type) || listOf(value.images).length > 0
      held.audio ||= value.type === 'input_audio'
      held.pdfs ||= value.media_type === 'application/pdf'
      for (const item of Object.values(value)) open.push(item)
    }
  }
  return { ...held, tokens: Math.floor(letters / LETTERS) }
}
