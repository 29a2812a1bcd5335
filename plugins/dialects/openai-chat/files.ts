import type { LanguageModelV4FilePart, SharedV4FileData } from '@ai-sdk/provider'
import { nameAt, objectAt, shown, textAt, unsupported, wrong } from '../../../src/request/border.ts'
import { base64In, mediaOf, textIn } from '../../../src/translate/media.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'

type Data = SharedV4FileData

/** A file as it stands in a message: named by an address, or written down. */
interface Found {
  readonly mediaType: string
  readonly data: Data
}

export function readImage(part: JsonObject, at: string, reading: Reading): LanguageModelV4FilePart {
  const given = part.image_url
  // Some clients leave out the object around the address.
  const { url, detail } =
    typeof given === 'string' ? { url: given, detail: undefined } : objectAt(given, `${at}.image_url`)
  const place = typeof given === 'string' ? `${at}.image_url` : `${at}.image_url.url`
  const found = locate(url, place, 'image/*')
  // Clients also send documents and films so; a text is a mistake.
  if (mediaOf(found.mediaType) === undefined || mediaOf(found.mediaType) === 'text')
    wrong(place, `is ${found.mediaType}: send an image`)
  const file = fileOf(found, place, reading)
  if (detail == null || detail === 'auto') return file
  if (reading.kin.key === 'cohere')
    return { ...file, providerOptions: { cohere: { detail: detail as string } } }
  if (reading.kin.key === 'openai' || reading.kin.key === 'xai')
    return { ...file, providerOptions: { [reading.kin.key]: { imageDetail: detail as string } } }
  reading.warn(`${at}.image_url.detail: this provider decides by itself how closely it looks`)
  return file
}

export function readVideo(part: JsonObject, at: string, reading: Reading): LanguageModelV4FilePart {
  const place = `${at}.video_url.url`
  return fileOf(locate(objectAt(part.video_url, `${at}.video_url`).url, place, 'video/*'), place, reading)
}

export function readAudio(part: JsonObject, at: string, reading: Reading): LanguageModelV4FilePart {
  const { data, format } = objectAt(part.input_audio, `${at}.input_audio`)
  const kind = nameAt(format, `${at}.input_audio.format`)
  if (!/^[a-z0-9]{2,8}$/.test(kind))
    wrong(`${at}.input_audio.format`, `is ${shown(kind)}: use "wav" or "mp3"`)
  const mediaType = `audio/${kind === 'mp3' ? 'mpeg' : kind}`
  const place = `${at}.input_audio.data`
  return fileOf({ mediaType, data: base64At(data, place) }, place, reading)
}

export function readFile(part: JsonObject, at: string, reading: Reading): LanguageModelV4FilePart {
  const file = objectAt(part.file, `${at}.file`)
  const filename = file.filename == null ? undefined : textAt(file.filename, `${at}.file.filename`)
  const dressed = <P extends object>(made: P) => ({ ...made, ...(filename !== undefined && { filename }) })
  if (file.file_id != null) return dressed(readUploaded(file.file_id, `${at}.file.file_id`, reading))
  if (file.file_data == null) wrong(`${at}.file`, 'needs "file_data" or "file_id"')
  const place = `${at}.file.file_data`
  return dressed(fileOf(locate(file.file_data, place, typeOfName(filename)), place, reading))
}

/** A file that was uploaded lives where it was uploaded to. */
function readUploaded(value: unknown, at: string, { kin }: Reading): LanguageModelV4FilePart {
  const id = nameAt(value, at)
  const isThere = kin.key === 'anthropic' ? id.startsWith('file_') : kin.isCompatible || kin.key === 'openai'
  if (!isThere) unsupported(at, 'is a file at another provider, which this one cannot read')
  return {
    type: 'file',
    mediaType: 'application/pdf',
    data: { type: 'reference', reference: { [kin.key]: id } },
  }
}

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?((?:;[\w.+-]+=[^;,]*)*)(;base64)?,/i

/** An address, a data URL, or, where the type is known, bare base64. */
function locate(value: unknown, at: string, mediaType: string): Found {
  const given = nameAt(value, at)
  const [head, type, , isBase64] = DATA_URL.exec(given.slice(0, 300)) ?? []
  if (head !== undefined) {
    if (isBase64 === undefined) wrong(at, 'is a data URL without ";base64"')
    return { mediaType: type?.toLowerCase() ?? mediaType, data: base64At(given.slice(head.length), at) }
  }
  if (/^https?:\/\//i.test(given)) {
    const url = URL.canParse(given) ? new URL(given) : wrong(at, 'is not a URL')
    return { mediaType, data: { type: 'url', url } }
  }
  if (mediaType.endsWith('*') || given.startsWith('data:') || given.includes(':'))
    wrong(at, 'is neither an http(s) URL nor a data URL')
  return { mediaType, data: base64At(given, at) }
}

function base64At(value: unknown, at: string): { type: 'data'; data: string } {
  return { type: 'data', data: base64In(nameAt(value, at), at) }
}

/** @throws Refusal where the package would not know what to do with it. */
function fileOf({ mediaType, data }: Found, at: string, { kin }: Reading): LanguageModelV4FilePart {
  const media = mediaOf(mediaType)
  if (kin.media !== undefined && (media === undefined || !kin.media.has(media)))
    unsupported(at, `is ${mediaType}, which this provider cannot read`)
  if (media !== 'text' || data.type !== 'data' || !kin.hasTextFiles) return { type: 'file', mediaType, data }
  return {
    type: 'file',
    mediaType: 'text/plain',
    data: { type: 'text', text: textIn(data.data as string, at) },
  }
}

const typesOfNames: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  png: 'image/png',
  txt: 'text/plain',
  wav: 'audio/wav',
  webp: 'image/webp',
  xml: 'application/xml',
}

/** What a file is when only its name says so: a PDF, as OpenAI has it, unless it is called otherwise. */
function typeOfName(filename: string | undefined): string {
  const end = filename?.split('.').at(-1)?.toLowerCase() ?? ''
  return Object.hasOwn(typesOfNames, end) ? typesOfNames[end]! : 'application/pdf'
}
