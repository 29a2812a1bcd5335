import type { LanguageModelV4FilePart } from '@ai-sdk/provider'
import { nameAt, objectAt, textAt, unsupported, wrong } from '../../../src/request/border.ts'
import { base64In, type Media, mediaOf, textIn } from '../../../src/translate/media.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin, Reading } from './kin.ts'

/** Bytes in the body: `inlineData`. */
export function readInline(part: JsonObject, at: string, { kin }: Reading): LanguageModelV4FilePart {
  const place = `${at}.inlineData`
  const { mimeType, data, displayName } = objectAt(part.inlineData, place)
  const mediaType = typeAt(mimeType, `${place}.mimeType`)
  const base64 = base64In(nameAt(data, `${place}.data`), `${place}.data`)
  const media = mediaFor(kin, mediaType, `${place}.mimeType`)
  const named = typeof displayName === 'string' ? { filename: displayName } : {}
  if (media !== 'text' || kin.hasTextFiles !== true)
    return { type: 'file', mediaType, data: { type: 'data', data: base64 }, ...named }
  const text = textIn(base64, `${place}.data`)
  return { type: 'file', mediaType: 'text/plain', data: { type: 'text', text }, ...named }
}

/** A file elsewhere: `fileData`. */
export function readFile(part: JsonObject, at: string, { kin }: Reading): LanguageModelV4FilePart {
  const place = `${at}.fileData`
  const { mimeType, fileUri } = objectAt(part.fileData, place)
  const uri = nameAt(fileUri, `${place}.fileUri`)
  const isGoogles = UPLOADED.test(uri) || uri.startsWith('gs://')
  if (!isGoogles && !/^https?:\/\//i.test(uri)) wrong(`${place}.fileUri`, 'is not an http(s) URL')
  if (isGoogles && !kin.isGoogle)
    unsupported(`${place}.fileUri`, 'is a file at Google, which this provider cannot read')
  const url = URL.canParse(uri) ? new URL(uri) : wrong(`${place}.fileUri`, 'is not a URL')
  const mediaType = mimeType == null ? typeOfName(url.pathname) : typeAt(mimeType, `${place}.mimeType`)
  mediaFor(kin, mediaType, `${place}.mimeType`)
  return { type: 'file', mediaType, data: { type: 'url', url } }
}

/** Files that were uploaded live where they were uploaded to. */
const UPLOADED = /^https:\/\/generativelanguage\.googleapis\.com\//i

const typeAt = (value: unknown, at: string): string => {
  const type = textAt(value, at).toLowerCase()
  return /^[\w.+-]+\/[\w.+*-]+/.test(type)
    ? type.split(';')[0]!
    : wrong(at, 'is no media type: send "image/png" or alike')
}

/** @throws Refusal where the package would not know what to do with it. */
function mediaFor({ media: taken }: Kin, mediaType: string, at: string): Media | undefined {
  const media = mediaOf(mediaType)
  if (taken !== undefined && (media === undefined || !taken.has(media)))
    unsupported(at, `is ${mediaType.slice(0, 80)}, which this provider cannot read`)
  return media
}

const typesOfNames: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
  wav: 'audio/wav',
}

/** What a file is when only its name says so: a picture, as it mostly is, unless it is called otherwise. */
function typeOfName(name: string): string {
  const end = name.split('.').at(-1)?.toLowerCase() ?? ''
  return Object.hasOwn(typesOfNames, end) ? typesOfNames[end]! : 'image/*'
}
