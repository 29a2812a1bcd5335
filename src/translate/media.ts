import { wrong } from '../request/border.ts'

/** What a file in a prompt is, as far as packages tell them apart. */
export type Media = 'image' | 'audio' | 'video' | 'pdf' | 'text'

export function mediaOf(mediaType: string): Media | undefined {
  if (mediaType === 'application/pdf') return 'pdf'
  if (TEXTS.test(mediaType)) return 'text'
  return (['image', 'audio', 'video', 'text'] as const).find(media => mediaType.startsWith(`${media}/`))
}

const TEXTS =
  /^application\/(?:json|xml|yaml|x-yaml|javascript|typescript|sql|toml|x-sh|(?:[\w.-]+\+(?:json|xml)))$/

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/**
 * Base64 in its usual alphabet, without the white space that may stand in it. Some clients write the one for addresses,
 * which not all providers read.
 */
export function base64In(given: string, at: string): string {
  const data = /\s/.test(given) ? given.replace(/\s+/g, '') : given
  return BASE64.test(data) ? data.replaceAll('-', '+').replaceAll('_', '/') : wrong(at, 'is not base64')
}

/** The text that a file holds. */
export function textIn(base64: string, at: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(base64))
  } catch {
    return wrong(at, 'is a text that is not UTF-8 in base64')
  }
}
