import { type Bytes, joinBytes, sizeOf } from '../base/bytes.ts'
import { refuse } from '../errors.ts'
import type { ByteSource, JsonObject } from '../types.ts'
import { inText } from './aside.ts'
import { type Member, parseText, topLevel } from './json.ts'
import { parseForm } from './multipart.ts'
import { isPacked, readerOf } from './packed.ts'

/** A request body, read and parsed once: what the client wrote, and what it means. */
export interface Body {
  /** Empty for a form. */
  readonly text: string
  /** The text fields of a form; several of one name are an array. */
  readonly json: JsonObject
  /** Where the top-level fields stand in the text, duplicates included; looked for anew where it is absent. */
  readonly members?: readonly Member[]
  /** What arrived as multipart: its files, and its fields in order. */
  readonly form?: FormData
  /** The gateway wrote it: the client sent another shape, or an operator has set something. */
  readonly isOurs?: true
  /** What of it was left out, because it has no counterpart in ours, or the address says it: each a line for the caller. */
  readonly lost?: readonly string[]
  /** What of `json` stands in the address (`Dialect.said`): never a part of `text`. */
  readonly aside?: JsonObject
}

/** Nobody uploads a prompt for longer than this (milliseconds). */
const UPLOAD_DEADLINE = 120_000
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads a JSON object of at most `limit` bytes, when it is unpacked. */
export async function readBody(request: Request, limit: number): Promise<Body> {
  const declared = checkHeaders(request.headers, limit)
  const isSmall = declared <= SMALL && !isPacked(request.headers)
  const bytes = isSmall ? await request.bytes() : await readCapped(request, limit)
  if (bytes.length > limit) tooLarge(limit)
  const text = decode(bytes)
  const { json, members } = parseText(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    refuse('invalid_request', `The body is ${nounOf(json)}: send a JSON object`)
  }
  return { text, json: json as JsonObject, ...(members && { members }) }
}

const FORM = /^multipart\/form-data\b/i

/** Reads a form of at most `limit` bytes: its text fields are what a JSON body would say. */
export async function readForm(request: Request, limit: number): Promise<Body> {
  const type = request.headers.get('content-type') ?? ''
  if (!FORM.test(type)) {
    refuse(
      'invalid_request',
      `Send a form: "content-type: multipart/form-data" (it is "${type.slice(0, 80)}")`,
    )
  }
  if (sizeOf(request.headers) > limit) tooLarge(limit)
  const bytes = await readCapped(request, limit)
  const form = await parseForm(bytes, type)
  const fields = new Map<string, unknown>()
  for (const [key, value] of form) {
    if (typeof value !== 'string') continue
    const before = fields.get(key)
    fields.set(key, before === undefined ? value : [before, value].flat())
  }
  return { text: '', json: Object.fromEntries(fields) as JsonObject, form }
}

/** The client's own form with the value of a text field replaced, or the field put behind the others. */
export function spliceForm(form: FormData, changes: readonly Change[]): FormData {
  const out = new FormData()
  const missing = new Set(changes)
  for (const [key, value] of form) {
    const change = changeOf(key, changes)
    if (change === undefined) out.append(key, value as string)
    else if (missing.delete(change)) put(out, key, change.value)
  }
  for (const { field, value } of missing) put(out, field, value)
  return out
}

/** Several values are as many fields of one name, and undefined is none. */
function put(form: FormData, key: string, value: unknown): void {
  for (const one of [value].flat()) if (one !== undefined) form.append(key, String(one))
}

/** The same body, unless somebody made another one of it. */
export function rewritten(body: Body, json: JsonObject): Body {
  if (json === body.json) return body
  const { aside } = body
  if (body.form === undefined)
    return {
      json,
      text: JSON.stringify(inText(json, aside)),
      ...(body.isOurs && { isOurs: true }),
      ...(body.lost && { lost: body.lost }),
      ...(aside && { aside }),
    }
  return { json, text: '', form: spliceForm(body.form, changesOf(body.json, json)) }
}

/** The top-level fields that are others now. */
export const changesOf = (before: JsonObject, after: JsonObject): Change[] =>
  Object.keys({ ...before, ...after })
    .filter(field => after[field] !== before[field])
    .map(field => ({ field, value: after[field] }))

/** Bodies of an announced size up to this are read in one go (bytes). */
const SMALL = 65_536

/** A new value for a top-level field. */
export interface Change {
  readonly field: string
  readonly value: unknown
}

/** The client's own text with the value of each named top-level field replaced, and missing ones put in front. */
export function splice(
  text: string,
  changes: readonly Change[],
  members: readonly Member[] = topLevel(text),
): string {
  let out = ''
  let at = 0
  for (const { key, start, end } of members) {
    const change = changeOf(key, changes)
    if (change === undefined) continue
    out += text.slice(at, start) + toText(change.value)
    at = end
  }
  out += text.slice(at)
  const missing = changes.filter(({ field }) => !isAmong(field, members))
  if (missing.length === 0) return out
  const open = out.indexOf('{') + 1
  const added = missing.map(({ field, value }) => `${toText(field)}:${toText(value)}`).join(',')
  const empty = out.slice(open).trimStart().startsWith('}')
  return out.slice(0, open) + added + (empty ? '' : ',') + out.slice(open)
}

const changeOf = (key: string, changes: readonly Change[]): Change | undefined => {
  for (const change of changes) if (isField(key, change.field)) return change
  return undefined
}

const isAmong = (field: string, members: readonly Member[]): boolean => {
  for (const { key } of members) if (isField(key, field)) return true
  return false
}

/** Names of models need no escapes, and are the usual case. */
const toText = (value: unknown): string =>
  typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
const PLAIN = /^[\w./:@-]*$/

/**
 * Some servers match field names without regard to case, so a body could name one model to us in `model` and
 * another one to them in `MODEL`. All spellings are one field here, and all get the same value.
 */
const isField = (key: string, field: string): boolean =>
  key === field || (key.length === field.length && key.toLowerCase() === field.toLowerCase())

/** What the headers say about the body; returns its announced length, NaN when there is none. */
function checkHeaders(headers: Headers, limit: number): number {
  const type = headers.get('content-type')
  if (type !== null && type !== 'application/json' && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    refuse(
      'invalid_request',
      `Send the header "content-type: application/json" (it is "${type.slice(0, 80)}")`,
    )
  }
  const declared = sizeOf(headers)
  if (declared > limit) tooLarge(limit)
  return declared
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return refuse('invalid_request', 'The body is not valid UTF-8')
  }
}

/** The bytes of a body, read no further than `limit`. */
export const readCapped = async (request: Request, limit: number): Promise<Bytes> =>
  (await readUntil(request, limit, undefined)).head

/**
 * Reads a body until its beginning is enough, or to its end; `rest` is all of it again, for whom only the beginning was
 * read. It is looked at each time when it has doubled: the end of a long one comes in many pieces.
 */
export async function readUntil(
  request: Request,
  limit: number,
  isEnough: ((head: Bytes) => boolean) | undefined,
): Promise<{ readonly head: Bytes; readonly rest?: ReadableStream<Bytes> }> {
  const reader = readerOf(request)
  if (reader === undefined) return { head: new Uint8Array() }
  const stop = (reason: string) => void reader.cancel(reason).catch(() => {})
  const chunks: Bytes[] = []
  let size = 0
  let next = 0
  const late = setTimeout(() => stop('upload deadline'), UPLOAD_DEADLINE)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.length
      chunks.push(value)
      if (isEnough !== undefined && size > next) {
        const head = joinBytes(chunks)
        if (isEnough(head)) return { head, rest: again(head, reader) }
        next = 2 * size
      }
      if (size > limit) {
        stop('too large')
        tooLarge(limit)
      }
    }
  } finally {
    clearTimeout(late)
  }
  return { head: joinBytes(chunks) }
}

/** What was read, and then what has not been. */
function again(head: Bytes, reader: ByteSource): ReadableStream<Bytes> {
  const waiting = [head]
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const value = waiting.pop() ?? (await reader.read()).value
        if (value === undefined) controller.close()
        else controller.enqueue(value)
      },
      cancel: reason => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

const tooLarge = (limit: number): never =>
  refuse(
    'request_too_large',
    `The body is larger than ${limit} bytes: shorten it, or ask the operator to raise BODY_SIZE_LIMIT`,
  )

const nounOf = (json: unknown): string =>
  json === null ? 'null' : Array.isArray(json) ? 'an array' : `a ${typeof json}`
