import { type Dialect, isDialect } from '../../src/contract/dialect.ts'
import type { Provider } from '../../src/contract/provider.ts'
import type { Answered, Routed, Settled } from '../../src/exchange.ts'
import type { Body } from '../../src/request/body.ts'
import { isSelected } from '../../src/scope/selector.ts'
import type { Answer, Awaitable, JsonObject, Target } from '../../src/types.ts'
import { HANDED_ON, type Land } from './flights.ts'
import { digestOf, keyFor } from './key.ts'
import type { Cache, Entry } from './model.ts'
import type { Note } from './note.ts'
import { createRecalling, refuseUnstored } from './recalling.ts'
import { createRecording, type Recording, type Room } from './recording.ts'
import { longestIn, type Shelf } from './shelf.ts'
import type { Similar } from './similar/similar.ts'
import { toEntry } from './storing.ts'
import type { Tally } from './tally.ts'
import { readWishes } from './wishes.ts'

interface Options {
  readonly settings: Cache['settings']
  readonly shelf: Shelf
  readonly tally: Tally
  /** Absent where only the same words will do. */
  readonly similar: Similar | undefined
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** Longer questions are not looked up (characters): it would take the time of all others. */
const LONGEST_BODY = 1024 * 1024
const SECOND = 1000

/** What takes part in a call: may its answer be kept, is there one, and what becomes of a new one. */
export function createCalls({ settings, shelf, tally, similar, providers, now }: Options) {
  const selectors = new Set(settings.models)
  const longest = longestIn(settings.size)
  const room: Room = { left: settings.size }
  const notes = new WeakMap<object, Note>()
  const recalled = createRecalling({ settings, shelf, tally, similar, now })
  const isProvider = (name: string) => providers().has(name)
  const isKept = (target: Target | undefined): target is Target =>
    target !== undefined && isSelected(selectors, target, isProvider)

  /** Stores the answer of a call, if it is one to be stored. What is returned is for those who wait for it, too. */
  function store(x: Settled, { digest, key, removals, meaning }: Note, stream: Entry['body'] | undefined) {
    if (digest === undefined || !isKept(x.target)) return undefined
    const place = keyFor(x.target, providers(), digest)
    // What was meant was asked of the first target: another one's answer is found by its words only.
    const isFirst = place === key
    const entry = toEntry(x, { stream, meaning: isFirst ? meaning : undefined, longest, at: now() })
    // Where answers were thrown away meanwhile, this one may be older than that.
    if (entry === undefined || place === undefined || removals !== shelf.removals()) return undefined
    shelf.put(place, entry)
    return isFirst ? { entry } : undefined
  }

  return {
    /** Only looks, before others rewrite the body: what goes on with an earlier answer may be written out in it then. */
    guard(body: JsonObject, x: Routed): JsonObject {
      const { endpoint, route } = x
      if (isDialect(endpoint) && isKept(route.targets[0]))
        notes.set(x, {
          isRepeatable: isRepeatable(endpoint, x, body),
          wishes: readWishes(x.request.headers.get('cache-control')),
          verdict: 'bypass',
        })
      return body
    },

    recall(x: Routed): Awaitable<Answer | undefined> {
      const note = notes.get(x)
      if (note === undefined) return undefined
      const { wishes } = note
      const isOpen = note.isRepeatable && !wishes.isPrivate && x.body!.text.length <= LONGEST_BODY
      if (!isOpen) return wishes.isStoredOnly ? refuseUnstored() : undefined
      note.digest = digestOf(x as Routed & { readonly body: Body }, settings.sharedBy)
      note.key = keyFor(x.route.targets[0]!, providers(), note.digest)
      note.verdict = 'miss'
      return recalled(x, note)
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
      const { verdict, score, age } = note
      return {
        'x-modelway-cache': score === undefined ? verdict : `${verdict}; score=${rounded(score)}`,
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

/** To four digits. */
const rounded = (score: number): number => Number(score.toFixed(4))

/** Nobody waits for what will not be kept. */
const record =
  ({ recording, land }: { readonly recording: Recording; readonly land: Land | undefined }) =>
  (data: string, bytes: Entry['body']): string => {
    if (!recording.take(data, bytes)) land?.(undefined)
    return data
  }
