import type { Bytes } from '../../src/base/bytes.ts'
import type { PassageCall } from '../../src/contract/passage.ts'
import { refuse } from '../../src/errors.ts'
import { readUntil } from '../../src/request/body.ts'
import { isPacked } from '../../src/request/packed.ts'

/** What is sent on of a body that was looked into, and what was found: texts, and what they say as JSON. */
export interface Looked {
  readonly body: Bytes | ReadableStream<Bytes>
  readonly said: readonly unknown[]
}

const FORM = /^multipart\//i
const FIELDS = /^application\/x-www-form-urlencoded\b/i
/** Forms up to this are read as a whole (bytes). */
const SMALL = 64 * 1024
const A_FILE = /^content-disposition:.*\bfilename/im
/** What begins like JSON, in whichever encoding; and what may still do so. */
const JSON_LIKE = /^[\0\xef\xbb\xbf\xfe\xff]{0,4}[\t\n\r ]*[{[]/
const BLANK = /^[\0\xef\xbb\xbf\xfe\xff]{0,4}[\t\n\r ]*$/
// Bytes stay what they are in this encoding; ids are ASCII.
const latin1 = new TextDecoder('latin1')

/**
 * Looks into a body that does not say that it is JSON. What begins like JSON all the same is given back, to be read as
 * such. Of forms the text fields are looked at; uploads flow, so of a form that is not small those in front of its first
 * file. At a place for files that would be too little: there a form is read as a whole.
 *
 * @throws Refusal of what cannot be looked into at such a place.
 */
export async function lookInto(
  { request, bodyLimit }: Pick<PassageCall, 'request' | 'bodyLimit'>,
  isFiles: boolean,
): Promise<Looked | { readonly json: Bytes }> {
  const type = request.headers.get('content-type') ?? ''
  if (isPacked(request.headers))
    refuse('invalid_request', 'Send a body that is no JSON without "content-encoding": it is looked into')
  const isForm = FORM.test(type)
  const isWhole = FIELDS.test(type) || (isForm && isFiles)
  const isEnough = (head: Bytes) => isOther(head) && (!isForm || isBegun(head))
  const { head, rest = head } = await readUntil(request, bodyLimit, isWhole ? undefined : isEnough)
  const text = latin1.decode(head)
  if (JSON_LIKE.test(text)) return { json: head }
  if (FIELDS.test(type)) return { body: rest, said: [...new URLSearchParams(text).values()].flatMap(toSaid) }
  if (isForm) return { body: rest, said: valuesIn(text) }
  if (isFiles && head.length > 0)
    refuse('invalid_request', 'What this body names cannot be told: send JSON or a form')
  return { body: rest, said: [] }
}

/** A form that is not small, and whose first file has begun. */
const isBegun = (head: Bytes): boolean => head.length > SMALL && A_FILE.test(latin1.decode(head))

/** Certainly no JSON: what may be some is read to its end. */
function isOther(head: Bytes): boolean {
  const text = latin1.decode(head)
  return !BLANK.test(text) && !JSON_LIKE.test(text)
}

/** The values of the fields of a form, whatever their names. A line that begins with two dashes ends each. */
const valuesIn = (text: string): unknown[] =>
  text.split(/\r?\n--/).flatMap(part => {
    const [, value] = /\r?\n\r?\n([\s\S]*)/.exec(part) ?? []
    return value === undefined ? [] : toSaid(value.trim())
  })

/** JSON within a text is what it says; any other text may be an id. */
function toSaid(value: string): unknown[] {
  if (!/^[{[]/.test(value)) return [value]
  try {
    return [JSON.parse(value)]
  } catch {
    return []
  }
}
