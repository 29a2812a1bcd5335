import type { WholeAnswer } from '../types.ts'
import { mapData } from './events.ts'
import type { Tap } from './look.ts'

/** What taps see, by its media type, which knows no case: sounds and pictures are no text. */
const TEXT = /^text\/|json/i
const EVENTS = /^text\/event-stream\b/i
const JSON_TYPE = /json/i

/** A whole answer as taps leave it. Events that are there all at once are seen one by one, as those of a stream are. */
export function tapWhole({ body, contentType }: WholeAnswer, taps: readonly Tap[]): BodyInit {
  if (taps.length === 0 || !TEXT.test(contentType)) return body
  const see = (data: string): string | undefined => {
    let seen: string | undefined = data
    for (const tap of taps) if (seen !== undefined) seen = tap(seen, body)
    return seen
  }
  const text = new TextDecoder().decode(body)
  if (EVENTS.test(contentType)) return mapData(text, see)
  return see(text) ?? (JSON_TYPE.test(contentType) ? '{}' : '')
}
