import type { Bytes } from '../base/bytes.ts'
import { refuse } from '../errors.ts'

const DASH = 45
const encoder = new TextEncoder()
const latin1 = new TextDecoder('latin1')
/** No honest part has longer headers (bytes). */
const HEADERS = 16 * 1024
/** No honest form has more. */
const MAX_FIELDS = 1000

/** Reads a multipart form with the type that each file was sent with: the runtime's own reader guesses it from the name. */
export async function parseForm(bytes: Bytes, contentType: string): Promise<FormData> {
  const types = typesOf(bytes, boundaryOf(contentType))
  const form = await new Response(bytes, { headers: { 'content-type': contentType } })
    .formData()
    .catch(cause => refuse('invalid_request', 'The body is not a complete multipart form', { cause }))
  const typed = new FormData()
  let at = 0
  for (const [key, value] of form as unknown as Iterable<[string, string | File]>) {
    const type = types[at++] ?? ''
    if (typeof value === 'string') typed.append(key, value)
    else typed.append(key, type === value.type ? value : new File([value], value.name, { type }), value.name)
  }
  return typed
}

const boundaryOf = (contentType: string): string => {
  const [, quoted, plain = ''] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  return quoted ?? plain
}

/**
 * The `content-type` of each part, in order; empty where a part says none (RFC 7578 4.4). Refuses more parts than an honest
 * form has: each takes time, here and when it is read.
 */
function typesOf(bytes: Bytes, boundary: string): string[] {
  const mark = encoder.encode(`--${boundary}`)
  const types: string[] = []
  for (let at = bytes.indexOf(DASH); at >= 0; at = bytes.indexOf(DASH, at + 1)) {
    if (!startsLine(bytes, at) || !mark.every((byte, i) => bytes[at + i] === byte)) continue
    const from = at + mark.length
    if (bytes[from] === DASH && bytes[from + 1] === DASH) break
    if (types.length === MAX_FIELDS) refuse('invalid_request', `The form has more than ${MAX_FIELDS} fields`)
    const [head = ''] = latin1.decode(bytes.subarray(from, from + HEADERS)).split('\r\n\r\n')
    types.push(/^content-type:[ \t]*(\S[^\r\n]*)/im.exec(head)?.[1]?.trim() ?? '')
    at = from
  }
  return types
}

const startsLine = (bytes: Bytes, at: number): boolean => at === 0 || bytes[at - 1] === 10
