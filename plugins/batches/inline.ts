import { listOf, objectOf } from '../../src/contract/loose-json.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { Body } from '../../src/request/body.ts'
import { parseJson, topLevel } from '../../src/request/json.ts'
import type { JsonObject } from '../../src/types.ts'
import type { FileDesk, Gate, Place } from '../files/model.ts'

interface Piece {
  readonly start: number
  readonly end: number
}

/** The elements of a JSON array that is known to be valid. */
export function elementsOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let depth = 0
  let start = -1
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === '"') {
      if (start < 0) start = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
    } else if (c === '[' || c === '{') {
      if (depth === 1 && start < 0) start = i
      depth++
    } else if (c === ']' || c === '}' || (c === ',' && depth === 1)) {
      if (depth === 1 && start >= 0) {
        pieces.push({ start, end: i })
        start = -1
      }
      if (c !== ',') depth--
    } else if (depth === 1 && start < 0 && c > ' ') start = i
  }
  return pieces
}

/** Names a fault by where it stands. */
function at<T>(where: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('invalid_request', `${where}: ${error.message}`, { param: where })
  }
}

/**
 * The requests of a batch of Anthropic, which stand in its body: every model goes through the gate, and gets the name
 * that the provider knows it by. What else they name must be the caller's. The rest of the text stays.
 *
 * @throws Refusal that names the request.
 */
export async function passRequests(body: Body, gate: Gate, placeOf: FileDesk['placeOf']): Promise<Body> {
  const [member, ...others] = topLevel(body.text).filter(({ key }) => key.toLowerCase() === 'requests')
  if (member?.key !== 'requests' || others.length > 0 || body.text[member.start] !== '[')
    return refuse('invalid_request', 'Field "requests" must be an array', { param: 'requests' })
  const list = body.text.slice(member.start, member.end)
  const requests = listOf(body.json.requests)
  const places: Place[] = []
  for (const [index, { start, end }] of elementsOf(list).entries()) {
    const where = `requests[${index}]`
    const text = list.slice(start, end)
    const place = at(where, () =>
      text.startsWith('{') ? placeOf(text, 'params') : refuse('invalid_request', 'It must be an object'),
    )
    await gate.take(place.name, where)
    await gate.look({ text, json: objectOf(requests[index]), holder: 'params' }, where)
    const from = member.start + start
    places.push({ name: place.name, start: from + place.start, end: from + place.end })
  }
  return rename(body, places, gate)
}

function rename(body: Body, places: readonly Place[], gate: Gate): Body {
  gate.provider()
  let text = ''
  let done = 0
  for (const { name, start, end } of places) {
    text += body.text.slice(done, start) + JSON.stringify(gate.modelOf(name))
    done = end
  }
  text += body.text.slice(done)
  return { text, json: parseJson(text) as JsonObject }
}
