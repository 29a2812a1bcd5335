import { type Dialect, isDialect } from '../../src/dialect.ts'
import type { Answered, Routed, Settled } from '../../src/exchange.ts'
import type { Provider } from '../../src/provider.ts'
import type { Body } from '../../src/request/body.ts'
import { isSelected } from '../../src/selector.ts'
import type { Answer, Awaitable, JsonObject, Target } from '../../src/types.ts'
import { HANDED_ON, type Land } from './flights.ts'
import { digestOf, keyOf } from './key.ts'
import type { Cache, Entry } from './model.ts'
import type { Note } from './note.ts'
import { createRecalling, refuseUnstored } from './recalling.ts'
import { createRecording, type Recording, type Room } from './recording.ts'
import { longestIn, type Shelf } from './shelf.ts'
import { toEntry } from './storing.ts'
import type { Tally } from './tally.ts'
import { readWishes } from './wishes.ts'

interface Options {
  readonly settings: Cache['settings']
  readonly shelf: Shelf
  readonly tally: Tally
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** Longer questions are not looked up (characters): it would take the time of all others. */
const LONGEST_BODY = 1024 * 1024
const SECOND = 1000

/** What takes part in a call: may its answer be kept, is there one, and what becomes of a new one. */
export function createCalls({ settings, shelf, tally, providers, now }: Options) {
  const selectors = new Set(settings.models)
  const longest = longestIn(settings.size)
  const room: Room = { left: settings.size }
  const notes = new WeakMap<object, Note>()
  const recalled = createRecalling({ settings, shelf, tally, now })
  const isProvider = (name: string) => providers().has(name)
  const isKept = (target: Target | undefined): target is Target =>
    target !== undefined && isSelected(selectors, target, isProvider)

  /** Under which the answer of a target is kept; undefined where its provider has gone. */
  function keyFor(target: Target, digest: string): string | undefined {
    const provider = providers().get(target.provider)
    return provider && keyOf(target, provider, digest)
  }

  /** Stores the answer of a call, if it is one to be stored. What is returned is for those who wait for it, too. */
  function store(x: Settled, { digest, key, removals }: Note, stream: Entry['body'] | undefined) {
    if (digest === undefined || !isKept(x.target)) return undefined
    const entry = toEntry(x, { stream, longest, at: now() })
    const place = keyFor(x.target, digest)
    // Where answers were thrown away meanwhile, this one may be older than that.
    if (entry === undefined || place === undefined || removals !== shelf.removals()) return undefined
    shelf.put(place, entry)
    return place === key ? entry : undefined
  }

  return {
    /** Only looks, before others rewrite the body: what goes on with an earlier answer may be written out in it then. */
    guard(body: JsonObject, x: Routed): JsonObject {
      const { endpoint, route } = x
      if (isDialect(endpoint) && isKept(route.targets[0]))
        notes.set(x, { isRepeatable: isRepeatable(endpoint, x, body), verdict: 'bypass' })
      return body
    },

    recall(x: Routed): Awaitable<Answer | undefined> {
      const note = notes.get(x)
      if (note === undefined) return undefined
      const wishes = readWishes(x.request.headers.get('cache-control'))
      const isOpen = note.isRepeatable && !wishes.isPrivate && x.body!.text.length <= LONGEST_BODY
      if (!isOpen) return wishes.isStoredOnly ? refuseUnstored() : undefined
      note.digest = digestOf(x as Routed & { readonly body: Body }, settings.sharedBy)
      note.key = keyFor(x.route.targets[0]!, note.digest)
      note.verdict = 'miss'
      return recalled(x, note, wishes)
    },

    tap(x: Answered): ReturnType<typeof record> | undefined {
      const note = notes.get(x)
      if (note?.digest === undefined || !x.stream) return undefined
      // It is another target's, and not what others wait for.
      if (x.target !== x.route.targets[0]) note.land?.(undefined)
      note.recording = createRecording(x.lens, longest, room)
      return record({ recording: note.recording, land: note.land })
    },

    head(x: Answered): Readonly<Record<string, string>> | undefined {
      const note = notes.get(x)
      if (note === undefined) return undefined
      const { verdict, age } = note
      return {
        'x-modelway-cache': verdict,
        ...(age !== undefined && { age: String(Math.floor(age / SECOND)) }),
      }
    },

    settle(x: Settled): void {
      const note = notes.get(x)
      if (note === undefined) return
      const entry = store(x, note, note.recording?.end())
      note.land?.(entry ?? (x.hungUp ? HANDED_ON : undefined))
    },
  }
}

const isRepeatable = (dialect: Dialect, { body }: Routed, json: JsonObject): boolean =>
  body?.form === undefined && dialect.isRepeatable?.(json) === true

/** Nobody waits for what will not be kept. */
const record =
  ({ recording, land }: { readonly recording: Recording; readonly land: Land | undefined }) =>
  (data: string, bytes: Entry['body']): string => {
    if (!recording.take(data, bytes)) land?.(undefined)
    return data
  }
