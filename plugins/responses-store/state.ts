import { isObject, listOf } from '../../src/contract/loose-json.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { JsonObject } from '../../src/types.ts'
import type { ResponsesLanguage } from '../dialects/openai-responses/index.ts'
import type { Item, Kept, Said, Who } from './model.ts'
import { inputItem, isInput } from './numbers.ts'
import type { Shelf } from './shelf.ts'
import type { Talks } from './talks.ts'

/** What a request refers to, found. */
export interface State {
  /** The provider that keeps some of it: no other can go on. */
  readonly pin?: { readonly provider: string; readonly at: string }
  /** What was said before, the oldest first. */
  readonly history: readonly Said[]
  /** Items that were only named, by their place in the input. */
  readonly named: ReadonlyMap<number, Item>
  /** The answer before, where it is kept here: it is expanded, so nobody else need know it. */
  readonly previous?: string
  readonly conversation?: string
}

export interface StateOptions {
  readonly shelf: Shelf
  readonly talks: Talks
  readonly language: ResponsesLanguage
}

const isReference = (item: unknown): item is JsonObject =>
  isObject(item) &&
  (item.type === 'item_reference' || (item.type == null && item.role == null && item.id !== undefined))

/** A body that stands on its own needs nothing of ours. */
export const isStateful = ({ previous_response_id: previous, conversation, input }: JsonObject): boolean =>
  previous != null || conversation != null || (Array.isArray(input) && input.some(isReference))

/** Finds what a request refers to. What is not the caller's own is not there. */
export function createFinder({ shelf, talks, language }: StateOptions) {
  return async function find(body: JsonObject, who: Who): Promise<State> {
    if (body.previous_response_id != null && body.conversation != null)
      refuse(
        'invalid_request',
        '"previous_response_id" and "conversation" exclude each other: send one of them',
        {
          param: 'previous_response_id',
        },
      )
    const before =
      body.previous_response_id != null
        ? await findPrevious(body.previous_response_id, who)
        : body.conversation != null
          ? await findConversation(body.conversation, who)
          : { history: [] }
    const { named, pin = before.pin } = await findNamed(listOf(body.input), who)
    if (pin !== undefined && before.pin !== undefined && pin.provider !== before.pin.provider)
      refuse(
        'invalid_request',
        `"${pin.at}" belongs to an answer of another provider than "previous_response_id"`,
        {
          param: pin.at,
        },
      )
    return { ...before, named, ...(pin && { pin }) }
  }

  async function findPrevious(id: unknown, who: Who): Promise<Omit<State, 'named'>> {
    const at = 'previous_response_id'
    if (typeof id !== 'string')
      return refuse('invalid_request', `"${at}" is no string: send the id of a response`, { param: at })
    const row = (await shelf.findSoon(id, who)) ?? noResponse(id)
    if (row.provider !== null) return { history: [], pin: { provider: row.provider, at } }
    const chain = await shelf.chainOf(row)
    if (chain === undefined || chain.some(({ body }) => body === null)) return noHistory(id)
    shelf.touch(chain)
    return { history: chain.flatMap(itemsOf).map(toSaid), previous: id }
  }

  async function findConversation(given: unknown, who: Who): Promise<Omit<State, 'named'>> {
    const id = isObject(given) ? given.id : given
    if (typeof id !== 'string')
      return refuse('invalid_request', '"conversation" is no id: send that of a conversation', {
        param: 'conversation',
      })
    if ((await talks.find(id, who)) === undefined) noConversation(id)
    return { history: (await talks.history(id)).map(toSaid), conversation: id }
  }

  /** Thoughts that were written down by us are in our words: the language knows whom they may go to. */
  function toSaid({ item, by }: Said): Said {
    const isOurs = typeof item.id === 'string' && language.ownerOf(item.id) !== undefined
    return { item, by: isOurs ? null : by }
  }

  async function findNamed(input: readonly unknown[], who: Who): Promise<Pick<State, 'named' | 'pin'>> {
    const named = new Map<number, Item>()
    let pin: State['pin']
    for (const [i, each] of input.entries()) {
      if (!isReference(each)) continue
      const at = `input[${i}].id`
      const id =
        typeof each.id === 'string'
          ? each.id
          : refuse('invalid_request', `"${at}" is no string`, { param: at })
      const found = await findItem(id, who)
      if (found === undefined)
        refuse('not_found', `Item with id '${id.slice(0, 100)}' not found`, { param: at })
      if ('provider' in found) pin ??= { provider: found.provider as string, at }
      else named.set(i, found)
    }
    return { named, ...(pin && { pin }) }
  }

  /** The item; or who keeps it. */
  async function findItem(id: string, who: Who): Promise<Item | { readonly provider: string } | undefined> {
    const owner = language.ownerOf(id)
    if (owner !== undefined) {
      const row = await shelf.find(owner.response, who)
      const { index } = owner
      const item = isInput(index) ? inputItem(row?.input ?? [], index) : listOf(row?.body?.output)[index]
      if (isObject(item)) return item
    }
    const row = await shelf.findByItem(id, who)
    if (row?.provider != null) return { provider: row.provider }
    const kept = listOf(row?.body?.output).find(item => isObject(item) && item.id === id)
    return isObject(kept) ? kept : talks.itemOf(id, who)
  }
}

/** What an answer adds to what was said: the question and itself. */
const itemsOf = ({ input, body, by }: Kept): readonly Said[] =>
  [...(input ?? []), ...listOf(body?.output).filter(isObject)].map(item => ({ item, by }))

/** Ids of items mean something to whoever gave them; only thoughts need theirs. */
const withoutId = (item: Item): Item => {
  if (item.type === 'reasoning') return item
  const { id: _, status: _status, ...rest } = item
  return rest
}

/** The input as items. */
export const inputItems = ({ input }: JsonObject): readonly Item[] =>
  typeof input === 'string'
    ? [{ type: 'message', role: 'user', content: input }]
    : listOf(input).filter(isObject)

/**
 * A thought that only whoever had it can read: others, and who was told to forget it, refuse the whole call for it. One
 * that is encrypted brings along what it needs.
 */
const isLost = ({ item, by }: Said, targets: ReadonlySet<string>): boolean =>
  item.type === 'reasoning' &&
  item.encrypted_content == null &&
  by !== null &&
  (targets.size > 1 || !targets.has(by))

/**
 * The body that says by itself what it referred to. The same object where a provider has to find it. `targets` are the
 * providers that may be asked.
 */
export function expanded(
  body: JsonObject,
  { history, named, previous, conversation }: Pick<State, 'history' | 'named' | 'previous' | 'conversation'>,
  targets: ReadonlySet<string> = new Set(),
): JsonObject {
  if (history.length === 0 && named.size === 0 && previous === undefined && conversation === undefined)
    return body
  const { previous_response_id: id, conversation: _, input, ...rest } = body
  const own = typeof input === 'string' || input == null ? inputItems(body) : listOf(input)
  const items = own.map((item, i) => {
    const found = named.get(i)
    return found === undefined ? item : withoutId(found)
  })
  const pinned = previous === undefined && id != null ? { previous_response_id: id } : {}
  const before = history.filter(said => !isLost(said, targets)).map(({ item }) => withoutId(item))
  return { ...rest, ...pinned, input: [...before, ...items] }
}

/** What the API itself says, word for word in what clients look at: some begin anew when they read it. */
function noResponse(id: string): never {
  const message = `Previous response with id '${id.slice(0, 100)}' not found.`
  const param = 'previous_response_id'
  const error = { message, type: 'invalid_request_error', param, code: 'previous_response_not_found' }
  throw new Refusal('not_found', message, { status: 400, param, body: { error } })
}

const noHistory = (id: string): never =>
  refuse(
    'invalid_request',
    `What was said before response "${id.slice(0, 100)}" is not kept any more, or was too large to be kept: send it as "input"`,
    { param: 'previous_response_id' },
  )

export const noConversation = (id: string): never =>
  refuse('not_found', `Conversation with id '${id.slice(0, 100)}' not found.`, { param: 'conversation' })
