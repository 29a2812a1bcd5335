import { LRUCache } from 'lru-cache'
import { keyedHash, randomToken } from '../../../src/base/runtime.ts'
import type { Ordering } from '../../../src/exchange.ts'
import type { JsonObject, Target } from '../../../src/types.ts'
import type { SessionFacts } from '../model.ts'

/** Which target a session is served by. */
export interface Pins {
  /** What ties requests together; undefined where nothing does. */
  sessionOf(x: Ordering): string | undefined
  /** The session for a record, without any work that routing has not done: the client's own name for it, or the hash. */
  nameOf(x: SessionFacts): string | undefined
  /** What the client itself calls the session. */
  namedBy(x: SessionFacts): string | undefined
  find(source: string, session: string, x: Ordering): string | undefined
  set(source: string, session: string, x: Ordering, target: string): void
  /** The session was served by this target, whichever was meant to. */
  correct(x: Ordering, target: Target, nameOf: (source: string, index: number) => string | undefined): void
}

/** Headers in which clients name their session. */
const headers = [
  'x-session-id',
  'x-claude-code-session-id',
  'session-id',
  'x-litellm-session-id',
  'helicone-session-id',
  'agent-session-id',
]
const MAX_PINS = 100_000
/** A longer name is kept as its hash (characters). */
const MAX_NAME = 256
const HOUR = 3_600_000
/** So much at either end of a message tells it from others (characters). */
const OPENING = 2048

/** Pins live in memory, the least used go first; a session means nothing outside its user path. */
export function createPins(): Pins {
  // Takes megabytes at once, for all that it may ever hold: made where a redirect keeps sessions.
  let pins: LRUCache<string, string> | undefined
  const secret = randomToken(16)
  const sessions = new WeakMap<object, string | undefined>()
  const keyOf = (source: string, session: string, { userPath }: Ordering) =>
    JSON.stringify([source, userPath, session])

  function sessionOf(x: Ordering): string | undefined {
    const { request, body } = x
    if (request === undefined) return undefined
    if (sessions.has(request)) return sessions.get(request)
    const named = nameIn(x)
    const opening = named === undefined ? openingOf(body?.json) : undefined
    // Hashed: names may be long, and openings are what somebody wrote.
    const session = named ?? opening
    const id = session === undefined ? undefined : keyedHash(secret, session)
    sessions.set(request, id)
    return id
  }

  function nameOf(x: SessionFacts): string | undefined {
    const named = nameIn(x)
    if (named === undefined) return x.request && sessions.get(x.request)
    return named.length <= MAX_NAME ? named : keyedHash(secret, named)
  }

  return {
    sessionOf,
    nameOf,
    namedBy: nameIn,
    find: (source, session, x) => pins?.get(keyOf(source, session, x)),
    set(source, session, x, target) {
      pins ??= new LRUCache({ max: MAX_PINS, ttl: 2 * HOUR, updateAgeOnGet: true })
      pins.set(keyOf(source, session, x), target)
    },
    correct(x, { via }, nameOf) {
      const session = sessionOf(x)
      if (session === undefined) return
      for (const { source, index } of via) {
        const name = nameOf(source, index)
        const key = keyOf(source, session, x)
        if (name !== undefined && pins?.has(key)) pins.set(key, name)
      }
    },
  }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null
const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** What the client itself calls the session. */
function nameIn({ request, body }: SessionFacts): string | undefined {
  for (const name of headers) {
    const value = request?.headers.get(name)
    if (value) return value
  }
  return namedIn(body?.json)
}

/** Body fields in which clients name their session: OpenAI's cache key and conversation, Anthropic's user id. */
function namedIn(body: JsonObject | undefined): string | undefined {
  const { prompt_cache_key: cacheKey, metadata, conversation } = body ?? {}
  return (
    stringOf(cacheKey) ??
    (isObject(metadata) ? stringOf(metadata.user_id) : undefined) ??
    stringOf(conversation) ??
    (isObject(conversation) ? stringOf(conversation.id) : undefined)
  )
}

/** The first messages up to the first of the user: they stay the same while a conversation grows. */
function openingOf(body: JsonObject | undefined): string | undefined {
  const messages = body?.messages ?? body?.input
  if (typeof messages === 'string') return outline(messages)
  if (!Array.isArray(messages)) return undefined
  const firstOfUser = messages.findIndex(message => isObject(message) && message.role === 'user')
  const opening = messages.slice(0, Math.min(firstOfUser < 0 ? MANY : firstOfUser + 1, MANY))
  if (firstOfUser >= MANY) opening.push(messages[firstOfUser])
  return opening.length === 0 ? undefined : opening.map(outline).join('\n')
}

/** So many messages at most stand before the first of the user in any honest conversation. */
const MANY = 32

/** Long texts are told apart by their beginning, their end and their length. */
function outline(message: unknown): string {
  const text = typeof message === 'string' ? message : JSON.stringify(message ?? null)
  return `${text.length}:${text.length <= 2 * OPENING ? text : text.slice(0, OPENING) + text.slice(-OPENING)}`
}
