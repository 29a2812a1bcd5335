import type { Dialect } from '../../src/contract/dialect.ts'
import type { Aim, PassageCall } from '../../src/contract/passage.ts'
import { refuse } from '../../src/errors.ts'
import { type Body, readCapped, readForm } from '../../src/request/body.ts'
import { parseJson } from '../../src/request/json.ts'
import type { JsonObject } from '../../src/types.ts'
import { lookInto } from './look.ts'
import { unambiguous } from './models.ts'

/** What is sent on, and the headers that belong to it. */
export interface Sent {
  /** What it names beside what guards see of it: texts, and JSON. */
  readonly said?: readonly unknown[]
  readonly body?: NonNullable<Aim['body']>
  readonly headers?: Readonly<Record<string, string>>
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i
const FORM_TYPE = /^multipart\/form-data\b/i
const decoder = new TextDecoder('utf-8', { fatal: true })

export interface ReadingIn {
  readonly dialect: Dialect | undefined
  /** Everything of the provider's is there for who calls: it need not be known what a body names. */
  readonly isFree: boolean
  /** A place for files. */
  readonly isFiles: boolean
}

/**
 * JSON is read, so that the model is known; so is the form of a language that names its model there. Everything else
 * goes on as it arrives, byte by byte, once it was looked into.
 */
export async function readIn(
  { request, bodyLimit, uploadLimit }: Pick<PassageCall, 'request' | 'bodyLimit' | 'uploadLimit'>,
  { dialect, isFree, isFiles }: ReadingIn,
): Promise<Sent> {
  const { body, headers } = request
  const length = headers.get('content-length')
  if (body === null || length === '0') return {}
  const type = headers.get('content-type') ?? ''
  if (JSON_TYPE.test(type) || type === '') return readJson(request, bodyLimit)
  if (FORM_TYPE.test(type) && dialect?.takes === 'form')
    return { body: single(await readForm(request, uploadLimit)) }
  if (dialect !== undefined)
    refuse(
      'invalid_request',
      `Send the header "content-type: application/json" (it is "${type.slice(0, 80)}")`,
    )
  const sized = length !== null && { headers: { 'content-length': length } }
  if (isFree) return { body: body as ReadableStream<Uint8Array>, ...sized }
  const looked = await lookInto({ request, bodyLimit }, isFiles)
  if ('json' in looked) {
    checkCharset(headers)
    return toJson(looked.json)
  }
  return { ...looked, ...sized }
}

async function readJson(request: Request, limit: number): Promise<Sent> {
  checkCharset(request.headers)
  return toJson(await readCapped(request, limit))
}

function checkCharset(headers: Headers): void {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) refuse('invalid_request', `Send the body as UTF-8 (it is "${charset}")`)
}

function toJson(bytes: Uint8Array): Sent {
  if (bytes.length === 0) return {}
  const text = decode(bytes)
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { body: text, said: [json] }
  return { body: unambiguous({ text, json: json as JsonObject }) }
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return refuse('invalid_request', 'The body is not valid UTF-8')
  }
}

/** A form that names its model once: which of two a server takes is anybody's guess. */
function single(form: Body): Body {
  const said = Object.entries(form.json).filter(([key]) => key.toLowerCase() === 'model')
  if (said.length > 1 || said.some(([, value]) => Array.isArray(value)))
    refuse('invalid_request', 'The form names several models: name one', { param: 'model' })
  return form
}
