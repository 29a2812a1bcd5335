import type { Talk } from '../../../src/contract/dialect.ts'
import { refuse } from '../../../src/errors.ts'
import type { Answered } from '../../../src/exchange.ts'
import { parseJson } from '../../../src/request/json.ts'
import { membersIn, membersOf } from '../../../src/request/members.ts'
import { refuseUnrouted } from '../../../src/request/route.ts'
import type { Access } from '../../access/model.ts'

/** A message without these letters names no model, however its letters are written. */
const MAY_NAME = /model|\\u/i
/** Schemas of tools, and labels: whatever is called a model there, nobody is asked by it. */
const unread: ReadonlySet<string> = new Set(['parameters', 'metadata'])
/** The conversation's own model stands in an event, or in its `session`; one that only transcribes stands deeper. */
const OWN_DEPTH = 1

/**
 * Lets a client name the conversation's model, by the name that it asked for, and models beside it that are open to it
 * (`session.audio.input.transcription.model`). No other model is reached, whatever a provider would make of its name.
 */
export function createModelCheck(access: Pick<Access, 'closed'>): Talk['fromClient'] {
  return (message, x) => {
    if (!MAY_NAME.test(message)) return message
    const event = parse(message)
    if (event === undefined) return message
    const checked = renamed(event, (name, depth) => nameAtProvider(name, depth, x), 0)
    // Where a field stands twice, some readers take the first and some the last: what goes on has it once.
    const isDouble = membersIn(message) > membersOf(event)
    return checked === event && !isDouble ? message : JSON.stringify(checked)
  }

  function nameAtProvider(name: string, depth: number, x: Answered): string {
    const { provider, model } = x.target!
    if (name === x.asked || name === model || name === `${provider}/${model}`) return model
    if (depth <= OWN_DEPTH)
      refuse(
        'model_access_denied',
        `This conversation is with "${x.asked}": open another one for another model`,
        {
          param: 'model',
        },
      )
    const drop = access.closed({ provider, model: name, via: [] }, x)
    if (drop === undefined) return name
    return refuseUnrouted({ asked: name, names: [], targets: [], dropped: [drop] }, x.userPath)
  }
}

/** Undefined for what is no event, and no list of events: words, sound in bytes. */
const parse = (message: string): unknown => (EVENT.test(message) ? parseJson(message) : undefined)

/** Behind what says how bytes are to be read, which may itself not be readable. */
const EVENT = /^[\s\ufeff\ufffd]*[[{]/

/** The same object where no name has changed. */
function renamed<T>(value: T, rename: (name: string, depth: number) => string, depth: number): T {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const inner = Array.isArray(value) ? depth : depth + 1
  const changed = entries.map(([key, inside]) => {
    if (unread.has(key)) return inside
    if (key.toLowerCase() !== 'model') return renamed(inside, rename, inner)
    if (typeof inside === 'string') return rename(inside, depth)
    return inside === null
      ? null
      : refuse('invalid_request', 'Field "model" must be a string', { param: 'model' })
  })
  if (entries.every(([, inside], at) => inside === changed[at])) return value
  if (Array.isArray(value)) return changed as T
  return Object.fromEntries(entries.map(([key], at) => [key, changed[at]])) as T
}
