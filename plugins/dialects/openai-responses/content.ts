import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider'
import {
  arrayAt,
  entryOf,
  nameAt,
  objectAt,
  shown,
  textAt,
  unknownKind,
  unsupported,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a user's content becomes. */
export type Part = LanguageModelV4TextPart | LanguageModelV4FilePart

/** Says what is left out: a line for the caller. */
export type Warn = (line: string) => void

export const text = (words: string): LanguageModelV4TextPart => ({ type: 'text', text: words })

/** The content of a user's message, or the output of a tool. */
export function readContent(content: unknown, at: string, warn: Warn): Part[] {
  if (typeof content === 'string') return [text(content)]
  return arrayAt(content, at).map((each, i) => {
    const place = `${at}[${i}]`
    const part = objectAt(each, place)
    const read = entryOf(readers, part.type)
    return read === undefined
      ? unknownKind(
          part.type,
          `${place}.type`,
          `is ${shown(part.type)}: use ${Object.keys(readers).join(', ')}`,
        )
      : read(part, place, warn)
  })
}

/** The content of a message that can only be text. */
export function readText(content: unknown, at: string): string {
  if (typeof content === 'string') return content
  return arrayAt(content, at)
    .map((each, i) => readWords(each, `${at}[${i}]`))
    .join('\n\n')
}

/** One part that can only be text. */
export function readWords(each: unknown, at: string): string {
  const part = objectAt(each, at)
  const type = wordAt(part.type, `${at}.type`, ['input_text', 'output_text', 'text', 'refusal'])
  const field = type === 'refusal' ? 'refusal' : 'text'
  return textAt(part[field], `${at}.${field}`)
}

/**
 * What one agent says to another. The models of OpenAI get it encrypted by their servers; where others have said it, the
 * field holds their words as they are.
 */
export function readAgentWords(content: unknown, at: string): string {
  return arrayAt(content, at)
    .map((each, i) => {
      const place = `${at}[${i}]`
      const part = objectAt(each, place)
      if (part.type !== 'encrypted_content') return readWords(part, place)
      const words = textAt(part.encrypted_content, `${place}.encrypted_content`)
      if (ENCRYPTED.test(words))
        unsupported(
          `${place}.encrypted_content`,
          'was encrypted by another provider, which alone can read it',
        )
      return words
    })
    .join('')
}

/** As OpenAI's servers write it: https://github.com/fernet/spec */
const ENCRYPTED = /^gAAAA[\w-]{60,}={0,2}$/

type Reader = (part: JsonObject, at: string, warn: Warn) => Part

const readInput: Reader = (part, at) => text(textAt(part.text, `${at}.text`))

const readers: Readonly<Record<string, Reader>> = {
  input_text: readInput,
  output_text: readInput,
  text: readInput,
  input_image: readImage,
  input_file: readFile,
  input_audio: readAudio,
}

function readImage({ image_url: url, file_id: id, detail }: JsonObject, at: string, warn: Warn): Part {
  if (detail != null && detail !== 'auto') warn(`${at}.detail: this provider decides by itself`)
  if (url == null) return reference(id, `${at}.file_id`, 'image_url')
  const address = textAt(url, `${at}.image_url`)
  if (!address.startsWith('data:'))
    return {
      type: 'file',
      mediaType: 'image/*',
      data: { type: 'url', url: urlAt(address, `${at}.image_url`) },
    }
  const { mediaType, data } = dataUrlAt(address, `${at}.image_url`)
  if (!/^image\/[\w.+-]+$/.test(mediaType))
    wrong(`${at}.image_url`, `holds ${shown(mediaType)}, which is no image`)
  return { type: 'file', mediaType, data: { type: 'data', data } }
}

function readFile(part: JsonObject, at: string, warn: Warn): Part {
  const { detail } = part
  if (detail != null && detail !== 'auto') warn(`${at}.detail: this provider decides by itself`)
  const { file_data: data, file_url: url, file_id: id, filename } = part
  const name = filename == null ? {} : { filename: textAt(filename, `${at}.filename`) }
  if (data != null)
    return { type: 'file', ...fileData(nameAt(data, `${at}.file_data`), `${at}.file_data`, name), ...name }
  if (url == null) return reference(id, `${at}.file_id`, 'file_data')
  const address = urlAt(textAt(url, `${at}.file_url`), `${at}.file_url`)
  const mediaType = typeOfName(address.pathname) ?? 'application/pdf'
  return { type: 'file', mediaType, data: { type: 'url', url: address }, ...name }
}

function fileData(value: string, at: string, { filename = '' }: { filename?: string }) {
  if (value.startsWith('data:')) {
    const { mediaType, data } = dataUrlAt(value, at)
    return { mediaType, data: { type: 'data' as const, data } }
  }
  const mediaType =
    typeOfName(filename) ??
    (value.startsWith('JVBERi')
      ? 'application/pdf'
      : wrong(at, 'is of an unknown kind: send a data URL, or a "filename" that ends in ".pdf" or alike'))
  return { mediaType, data: { type: 'data' as const, data: base64At(value, at) } }
}

function readAudio(part: JsonObject, at: string): Part {
  const audio = objectAt(part.input_audio, `${at}.input_audio`)
  const format = wordAt(audio.format, `${at}.input_audio.format`, ['wav', 'mp3'])
  const data = base64At(nameAt(audio.data, `${at}.input_audio.data`), `${at}.input_audio.data`)
  return {
    type: 'file',
    mediaType: format === 'mp3' ? 'audio/mpeg' : 'audio/wav',
    data: { type: 'data', data },
  }
}

/** A file that was uploaded lives where it was uploaded to. */
const reference = (id: unknown, at: string, instead: string): never =>
  id == null
    ? wrong(at.replace(/file_id$/, instead), 'is missing')
    : unsupported(at, `is a file at OpenAI, which this provider cannot read: send it as "${instead}"`)

const byEnding: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

const typeOfName = (name: string): string | undefined =>
  entryOf(byEnding, /\.(\w+)$/.exec(name)?.[1]?.toLowerCase())

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w-]+=[^;,]*)*;base64,/

function dataUrlAt(address: string, at: string): { mediaType: string; data: string } {
  const match =
    DATA_URL.exec(address.slice(0, 300)) ?? wrong(at, 'is not a data URL of a media type and base64')
  return { mediaType: match[1]!.toLowerCase(), data: base64At(address.slice(match[0].length), at) }
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

const base64At = (data: string, at: string): string => (BASE64.test(data) ? data : wrong(at, 'is not base64'))

function urlAt(address: string, at: string): URL {
  const url = URL.canParse(address) ? new URL(address) : wrong(at, 'is not a URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') wrong(at, 'is not an http(s) URL')
  return url
}

/** Files of another media type than text stand out from what a tool has said. */
export const isText = (part: Part): part is LanguageModelV4TextPart => part.type === 'text'
