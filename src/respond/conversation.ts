import type { Dialect, Talk } from '../contract/dialect.ts'
import { Refusal, toRefusal } from '../errors.ts'
import type { Exchange, Spent } from '../exchange.ts'
import type { Message, ProviderSocket, SocketEnd, SocketListener } from '../types.ts'
import {
  BROKEN,
  type ClosingCode,
  closingFor,
  closingOf,
  GOING,
  isGood,
  STOPPED,
  TOO_LONG,
  TOO_SLOW,
} from './closing-codes.ts'
import type { Conversations } from './conversations.ts'
import type { Drain } from './drain.ts'
import { createTally } from './tally.ts'

export interface ConversationOptions {
  /** Where it is known while it lasts. */
  readonly conversations: Pick<Conversations, 'add'>
  /** What an answer took. */
  readonly spend: (spent: Spent) => void
  /** @throws Refusal where the conversation may not go on. */
  readonly resume: (x: Exchange) => void
  /** Called once, when it is over. */
  readonly finish: (refusal?: Refusal) => void
  /** Lets an answer that has begun come to its end although the client is gone; absent where it is cut. */
  readonly drain: Drain | undefined
}

/** Bytes that may wait for whoever reads more slowly than the other side speaks. */
const MOST_WAITING = 16 * 1024 * 1024
/** Characters, or bytes, of a provider's message; no event is nearly so long. */
const LONGEST = 64 * 1024 * 1024
const decoder = new TextDecoder()

/**
 * A client and a provider talk to each other over WebSockets, until one of them closes. Messages pass as they are, but for
 * the names of models; what they tell of usage is added up.
 */
export function createConversation(
  x: Exchange,
  provider: ProviderSocket,
  { conversations, spend, resume, finish, drain }: ConversationOptions,
): (client: SocketEnd) => SocketListener {
  const dialect = x.endpoint as Dialect & { readonly talk: Talk }
  const tally = createTally(x, dialect.talk, spend)
  let client: SocketEnd
  let leave = () => {}
  let isOver = false

  function end(closing: ClosingCode, refusal?: Refusal): void {
    if (isOver) return
    isOver = true
    leave()
    x.usage = tally.usage()
    x.answers = tally.answers()
    if (x.answers > 0) x.unfinished = UNTOLD
    if (refusal !== undefined) tell(refusal)
    client.close(...closing)
    provider.close(...(refusal === undefined ? closing : GOING))
    finish(refusal)
  }

  /** A provider that has said itself why it leaves is not talked over. */
  function tell(refusal: Refusal): void {
    const isSaid = refusal.code === 'upstream_cut' && tally.isExplained()
    if (!x.hungUp && !isSaid) client.send(dialect.refusalEvent(refusal, x.id))
  }

  /** A refusal ends it; so does a bug of whoever was asked. */
  function review(): void {
    try {
      resume(x)
    } catch (error) {
      const refusal = toRefusal(error)
      end(closingFor(refusal), refusal)
    }
  }

  function cut(): void {
    const refusal = toRefusal(x.abort.signal.reason)
    end(refusal.code === 'shutting_down' ? STOPPED : BROKEN, refusal)
  }

  const fromProvider: SocketListener = {
    message(message) {
      if (isOver) return
      if (message.length > LONGEST) return end(TOO_LONG, new Refusal('upstream_invalid', TOO_LONG[1]))
      if (typeof message === 'string') tally.hear(message)
      if (x.hungUp) return tally.isAnswering() ? undefined : end(GOING, gone())
      if (client.send(message) <= MOST_WAITING) return
      x.hungUp = true
      end(TOO_SLOW, new Refusal('client_closed', TOO_SLOW[1]))
    },
    closed(code, reason) {
      const isWhole = isGood(code) && !tally.isAnswering()
      const why = `Provider "${x.target?.provider}" ended the conversation (${code})`
      end(closingOf(code, reason), isWhole ? undefined : new Refusal('upstream_cut', why))
    },
  }

  const fromClient: SocketListener = {
    message(message) {
      if (isOver) return
      const text = textOf(message)
      const isAsking = dialect.talk.asks(text)
      x.answers = tally.answers() + Number(isAsking)
      // Whoever speaks again may be about to ask for the next answer: in words, or by what a microphone hears. Who asks for
      // another one while one is under way has to find room for both.
      if (tally.hasSpent() || (isAsking && x.answers > 1)) review()
      if (isOver) return
      try {
        const said = checked(message, text)
        if (isAsking) tally.ask()
        if (provider.send(said) <= MOST_WAITING) return
        end(BROKEN, new Refusal('upstream_overloaded', 'The provider takes nothing any more'))
      } catch (error) {
        const refusal = toRefusal(error)
        if (refusal.code === 'internal_error') end(BROKEN, refusal)
        else client.send(dialect.refusalEvent(refusal, x.id))
      }
    },
    closed(code, reason) {
      if (isOver) return
      // Who leaves while nobody answers has heard all there was to hear.
      x.hungUp = tally.isAnswering()
      if (!x.hungUp) end(closingOf(code, reason))
      else if (!drain?.(x)) end(GOING, gone())
    },
  }

  function checked(message: Message, text: string): Message {
    const said = dialect.talk.fromClient(text, x)
    return said === text ? message : said
  }

  /** From now on it may be ended from outside. What it returns says that it is over. */
  function enter(): () => void {
    const { signal } = x.abort
    const forget = conversations.add(review)
    signal.addEventListener('abort', cut)
    return () => {
      forget()
      signal.removeEventListener('abort', cut)
    }
  }

  return opened => {
    client = opened
    leave = enter()
    if (x.abort.signal.aborted) cut()
    else review()
    if (!isOver) provider.listen(fromProvider)
    return fromClient
  }
}

/** Bytes may be read as text by whoever gets them, with letters of two or four bytes too, and so they are here. */
const textOf = (message: Message): string =>
  typeof message === 'string' ? message : decoder.decode(message).replaceAll('\0', '')

/** Of an answer whose end did not come, nobody has told what it took. */
const UNTOLD = { size: 0, bytes: new Uint8Array() }

const gone = (): Refusal => new Refusal('client_closed', 'The client hung up')

/** Browsers want one of the subprotocols that they offered, and they may offer a key as one. */
export function protocolFor({ request, endpoint }: Exchange): Readonly<Record<string, string>> {
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map(name => name.trim())
  const known = (endpoint as Dialect).talk?.protocols
  const chosen = offered.find(protocol => known?.includes(protocol))
  return chosen === undefined ? {} : { 'sec-websocket-protocol': chosen }
}
