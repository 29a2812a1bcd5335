import { type Dialect, isDialect } from '../../src/dialect.ts'
import { refuse } from '../../src/errors.ts'
import type { Answered, Routed, Settled } from '../../src/exchange.ts'
import type { Provider } from '../../src/provider.ts'
import type { Body } from '../../src/request/body.ts'
import { isSelected } from '../../src/selector.ts'
import type { Answer, JsonObject, Target, WholeAnswer } from '../../src/types.ts'
import { digestOf, keyOf } from './key.ts'
import type { Cache, Entry } from './model.ts'
import { createRecording, type Recording, type Room } from './recording.ts'
import { toAnswer } from './replay.ts'
import { longestIn, type Shelf } from './shelf.ts'
import type { Tally } from './tally.ts'
import { readWishes, type Wishes } from './wishes.ts'

interface Options {
  readonly settings: Cache['settings']
  readonly shelf: Shelf
  readonly tally: Tally
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** What is known of a call to a model whose answers are kept. */
interface Note {
  /** The same question may get the same answer. */
  readonly isRepeatable: boolean
  /** What the header says that tells clients about it. */
  verdict: 'hit' | 'miss' | 'bypass'
  /** Of a stored answer (milliseconds). */
  age?: number
  /** What the answer will depend on; absent where it is not to be kept. */
  digest?: string
  /** `removals` of the shelf when the call was made. */
  removals?: number
  recording?: Recording
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
  const isProvider = (name: string) => providers().has(name)
  const isKept = (target: Target | undefined): boolean =>
    target !== undefined && isSelected(selectors, target, isProvider)

  function find(target: Target, digest: string, { isFresh, maxAge }: Wishes): Entry | undefined {
    const provider = providers().get(target.provider)
    if (provider === undefined || isFresh) return undefined
    const at = now()
    const entry = shelf.find(keyOf(target, provider, digest), at, settings.ttl)
    return entry !== undefined && at - entry.at < maxAge ? entry : undefined
  }

  function give(x: Routed, note: Note, entry: Entry): Answer {
    const target = x.route.targets[0]!
    for (const { source } of target.via) entry.redirects.add(source)
    note.verdict = 'hit'
    note.age = now() - entry.at
    delete note.digest
    tally.add('hits', nameOf(target))
    return toAnswer(entry, target)
  }

  function keep(x: Settled, { digest, removals }: Note, body: Entry['body']): void {
    const { target, userPath, usage, warnings = [], answer } = x
    const provider = target && providers().get(target.provider)
    // Where answers were thrown away meanwhile, this one may be older than that.
    if (digest === undefined || provider === undefined || removals !== shelf.removals()) return
    shelf.put(keyOf(target!, provider, digest), {
      kind: answer!.kind === 'stream' ? 'stream' : 'whole',
      body,
      contentType: answer!.kind === 'whole' ? answer!.contentType : '',
      finish: x.finish,
      provider: target!.provider,
      model: target!.model,
      redirects: new Set(target!.via.map(({ source }) => source)),
      userPath: userPath!,
      usage,
      warnings: [...warnings],
      at: now(),
    })
  }

  return {
    /** Only looks, before others rewrite the body: what goes on with an earlier answer may be written out in it then. */
    guard(body: JsonObject, x: Routed): JsonObject {
      const { endpoint, route } = x
      if (isDialect(endpoint) && isKept(route.targets[0]))
        notes.set(x, { isRepeatable: isRepeatable(endpoint, x, body), verdict: 'bypass' })
      return body
    },

    recall(x: Routed): Answer | undefined {
      const note = notes.get(x)
      if (note === undefined) return undefined
      const wishes = readWishes(x.request.headers.get('cache-control'))
      const isOpen = note.isRepeatable && !wishes.isPrivate && x.body!.text.length <= LONGEST_BODY
      if (isOpen) {
        note.digest = digestOf(x as Routed & { readonly body: Body }, settings.sharedBy)
        note.verdict = 'miss'
        note.removals = shelf.removals()
        const entry = find(x.route.targets[0]!, note.digest, wishes)
        if (entry !== undefined) return give(x, note, entry)
      }
      if (wishes.isStoredOnly) refuseUnstored()
      if (isOpen) tally.add('misses', nameOf(x.route.targets[0]!))
      return undefined
    },

    tap(x: Answered): ReturnType<typeof record> | undefined {
      const note = notes.get(x)
      if (note?.digest === undefined || !x.stream) return undefined
      note.recording = createRecording(x.lens, longest, room)
      return record(note.recording)
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
      const stream = note?.recording?.end()
      if (note?.digest === undefined || !isGood(x) || !isKept(x.target)) return
      const body = x.answer?.kind === 'whole' ? wholeOf(x.answer, longest) : stream
      if (body !== undefined) keep(x, note, body)
    },
  }
}

const isRepeatable = (dialect: Dialect, { body }: Routed, json: JsonObject): boolean =>
  body?.form === undefined && dialect.isRepeatable?.(json) === true

const record =
  ({ take }: Recording) =>
  (data: string, bytes: Entry['body']): string => {
    take(data, bytes)
    return data
  }

/** A copy: what arrived may be a part of a larger piece. */
const wholeOf = ({ body, headers, cookies }: WholeAnswer, longest: number): Entry['body'] | undefined =>
  body.length <= longest && headers === undefined && cookies === undefined ? body.slice() : undefined

/** It came to its end, and says so where its language has a word for that; and nobody said no. */
const isGood = ({ status, refusal, unfinished, hungUp, lens, finish }: Settled): boolean =>
  status === 200 &&
  refusal === undefined &&
  unfinished === undefined &&
  hungUp !== true &&
  (lens?.finish === undefined || finish !== undefined)

const nameOf = ({ provider, model }: Target): string => `${provider}/${model}`

/** The status that RFC 9111 has for it. */
const refuseUnstored = (): never =>
  refuse('not_found', 'There is no stored answer to this request: send it without "only-if-cached"', {
    status: 504,
    word: 'not_cached',
  })
