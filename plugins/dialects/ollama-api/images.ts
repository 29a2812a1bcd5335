import type { LanguageModelV4FilePart } from '@ai-sdk/provider'
import { arrayAt, nameAt, wrong } from '../../../src/request/border.ts'
import { mediaTypeOf } from '../../../src/translate/media-type.ts'

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** So many letters tell what a file is. */
const BEGINNING = 64

/** Pictures are bare base64 in this language: what they are is told by how they begin. */
export function readImages(images: unknown, at: string): LanguageModelV4FilePart[] {
  if (images == null) return []
  return arrayAt(images, at).map((each, i) => {
    const place = `${at}[${i}]`
    const data = nameAt(each, place)
    if (!BASE64.test(data)) wrong(place, 'is not base64: send the bytes of a picture in it, and nothing else')
    const mediaType = typeOf(data)
    if (!mediaType?.startsWith('image/'))
      return wrong(place, 'is no picture of a known kind: send a PNG, JPEG, GIF or WebP')
    return { type: 'file', mediaType, data: { type: 'data', data } }
  })
}

function typeOf(base64: string): string | undefined {
  const whole = base64.slice(0, BEGINNING).replace(/=+$/, '')
  return mediaTypeOf(null, Uint8Array.fromBase64(whole.slice(0, whole.length - (whole.length % 4))))
}
