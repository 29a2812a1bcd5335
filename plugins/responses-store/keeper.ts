import { isObject, listOf, parseObject } from '../../src/contract/loose-json.ts'
import type { Log } from '../../src/log.ts'
import type { JsonObject, Target } from '../../src/types.ts'
import type { Journal } from './journal.ts'
import { type Item, type Kept, ownerOf, type Who } from './model.ts'
import { numbered } from './numbers.ts'
import type { Shelf } from './shelf.ts'

export interface KeeperOptions {
  readonly journal: Journal
  readonly shelf: Pick<Shelf, 'index'>
  readonly now: () => number
  readonly log: Log
  /** Milliseconds. */
  readonly retention: number
  /** Characters of one answer with what was asked. */
  readonly sizeLimit: number
}

/** What has to be known of a request to keep its answer. */
export interface Errand {
  readonly who: Who
  /** What was asked, without what came before. */
  readonly input: () => readonly Item[]
  readonly isStored: boolean
  /** The answer before, where it is kept here. */
  readonly previous?: string | undefined
  readonly conversation?: string | undefined
  readonly isStream: boolean
  /** Who serves; known once the answer begins. */
  readonly target: () => Target | undefined
  /** The provider keeps its own answers. */
  readonly isNative: (target: Target) => boolean
  /** The ids in its answers are its own. */
  readonly isForeign: (target: Target) => boolean
}

/** Events that hold the response; most others are a few letters long. */
const HOLDS = /"type"\s*:\s*"response\.(?:created|queued|in_progress|completed|incomplete|failed)"/
const LAST: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed'])
/** An answer in one of these will say more. */
const UNDER_WAY: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** Reads along with an answer, and remembers it, or who has it. */
export function createKeeper({ journal, shelf, now, log, retention, sizeLimit }: KeeperOptions) {
  return function keep(errand: Errand): (data: string) => string {
    const { isStream, previous, conversation } = errand
    let isNoted = false

    function see(response: JsonObject, isLast: boolean): void {
      const target = errand.target()
      if (target === undefined || typeof response.id !== 'string') return
      // What is made in the background is with whoever makes it, wherever it is kept later.
      const isAway = errand.isNative(target) || (!isStream && !isLast && errand.isForeign(target))
      if (errand.isStored && isAway) note(response, target, isLast)
      else if (errand.isStored && isLast) shelve(response, target)
      if (isLast && conversation !== undefined && response.status !== 'failed')
        say(conversation, target, [...errand.input(), ...outputOf(response)])
    }

    /** The provider keeps it: who that is, as soon as there is an id, and at the end which items it has. */
    function note(response: JsonObject, target: Target, isLast: boolean): void {
      if (!isNoted || isLast) add(response, target, { provider: target.provider, isCounted: isLast })
      isNoted = true
      if (isLast) shelf.index(ownerOf(errand.who), response)
    }

    function shelve(response: JsonObject, target: Target): void {
      const input = errand.input()
      const size = JSON.stringify(response).length + JSON.stringify(input).length
      if (size > sizeLimit) log.warn('An answer is too large to be kept', { id: response.id, size })
      const content = size > sizeLimit ? { input: null, body: null } : { input, body: response }
      add(response, target, { ...content, previous: previous ?? null, isCounted: true }, size)
      if (errand.isForeign(target)) shelf.index(ownerOf(errand.who), response)
    }

    function add(response: JsonObject, target: Target, more: Partial<Kept>, size = 256): void {
      const row = {
        id: String(response.id),
        ...ownerOf(errand.who),
        at: now(),
        until: now() + retention,
        provider: null,
        model: target.model,
        by: target.provider,
        via: target.via,
        previous: null,
        input: null,
        body: null,
        isCounted: false,
        ...more,
      }
      journal.add({ kind: 'response', row, size })
    }

    function say(id: string, target: Target, items: readonly Item[]): void {
      const rows = items.map(numbered)
      const size = JSON.stringify(rows).length
      if (size > sizeLimit) log.warn('What was said is too large for a conversation', { id, size })
      else journal.add({ kind: 'said', conversation: id, items: rows, size, by: knowsItsThoughts(target) })
    }

    /** A provider that was asked to keep nothing does not know its own thoughts again. */
    const knowsItsThoughts = (target: Target): string =>
      errand.isNative(target) && !errand.isStored ? '' : target.provider

    /** What the client referred to is part of the answer, though whoever served never heard of it. */
    const dressed = (response: JsonObject): JsonObject => ({
      ...response,
      ...(previous !== undefined && { previous_response_id: previous }),
      ...(conversation !== undefined && { conversation: { id: conversation } }),
    })
    const isDressed = previous !== undefined || conversation !== undefined

    return data => {
      if (isStream && !HOLDS.test(data)) return data
      const json = parseObject(data)
      const given = isStream ? json.response : json
      if (!isObject(given)) return data
      const response = isDressed ? dressed(given) : given
      see(response, isStream ? LAST.has(json.type) : !UNDER_WAY.has(json.status))
      if (!isDressed) return data
      return JSON.stringify(isStream ? { ...json, response } : response)
    }
  }
}

const outputOf = ({ output }: JsonObject): readonly Item[] => listOf(output).filter(isObject)

export type Keeper = ReturnType<typeof createKeeper>
