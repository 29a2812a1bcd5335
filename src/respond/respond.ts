import { isDialect } from '../contract/dialect.ts'
import { plainRefusal, Refusal, toRefusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import type { Answer, RawAnswer, SocketAnswer, StreamedAnswer, WholeAnswer } from '../types.ts'
import { createConversation, protocolFor } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import type { Drain } from './drain.ts'
import { createHeaders, refusalHeaders } from './headers.ts'
import { LINES, toLines } from './lines.ts'
import { createLookers } from './lookers.ts'
import { createSettling, type SettlingOptions } from './settling.ts'
import { pass, pump, type ToFailure } from './stream.ts'
import { tapWhole } from './whole.ts'

export interface RespondOptions extends SettlingOptions {
  /** Tell the caller which model and provider served, after how many attempts, and what the provider says of its limits. */
  readonly revealServed: boolean
  /** Lets the answer of a client that went away arrive; absent where it is cut. */
  readonly drain: Drain | undefined
  readonly toFailure: ToFailure
  readonly conversations: Conversations
}

/** Turns a finished exchange into an answer and settles it exactly once: end, failure or hang-up. */
export function createRespond(options: RespondOptions) {
  const { revealServed, drain, toFailure, conversations } = options
  const { settle, spend } = createSettling(options)
  const { tapsOn, addedTo, resume } = createLookers(options.hooks)
  const headersOf = createHeaders(revealServed)

  function respondRefusal(x: Exchange, refusal: Refusal): Response {
    x.status = refusal.status
    settle(x)
    const headers = {
      ...headersOf(x, 'application/json'),
      ...refusalHeaders(refusal, x.endpoint.challenge?.(x.request)),
    }
    const body = refusal.body ?? renderRefusal(x, refusal)
    return new Response(JSON.stringify(body), { status: refusal.status, headers })
  }

  function respondWhole(x: Exchange, answer: WholeAnswer): Response {
    const { status = 200 } = answer
    x.status = status
    x.usage = answer.usage
    x.finish = answer.finish
    x.firstByteMs = performance.now() - x.startedAt
    const isEmpty = answer.body.length === 0
    const body = isEmpty ? null : tapWhole(answer, tapsOn(x))
    const added = isEmpty ? undefined : addedTo(x)
    settle(x)
    const own = headersOf(x, answer.contentType, added)
    const headers =
      answer.headers === undefined && added === undefined ? own : { ...answer.headers, ...added, ...own }
    return withCookies(new Response(body, { status, headers }), answer)
  }

  function respondStream(x: Exchange, answer: StreamedAnswer): Response {
    x.status = 200
    const finish = (refusal?: Refusal): string => {
      if (x.settled) return ''
      x.refusal = refusal
      settle(x)
      if (refusal === undefined) return ''
      const { refusalEvent } = isDialect(x.endpoint) ? x.endpoint : (x.aim?.lens ?? {})
      return refusalEvent?.(refusal, x.id) ?? `data: ${JSON.stringify(plainRefusal(refusal))}\n\n`
    }
    const taps = tapsOn(x)
    const added = addedTo(x)
    const isLines = isDialect(x.endpoint) && x.endpoint.framing === 'lines'
    const own = headersOf(x, isLines ? LINES : 'text/event-stream', added)
    const headers = added === undefined ? own : { ...added, ...own }
    headers['cache-control'] = 'no-cache, no-transform'
    headers['x-accel-buffering'] = 'no'
    const frame = isLines ? toLines() : undefined
    return new Response(pump(x, answer, { taps, finish, drain, toFailure, frame }), { headers })
  }

  function respondRaw(x: Exchange, answer: RawAnswer): Response {
    // Nobody looks into bytes: whoever would have to may refuse them.
    tapsOn(x)
    x.status = answer.status
    const finish = (refusal?: Refusal): void => {
      x.refusal ??= refusal
      if (refusal === undefined) x.usage = answer.usage?.()
      settle(x)
    }
    const headers = { ...answer.headers, ...headersOf(x, answer.contentType) }
    return withCookies(new Response(pass(x, answer, finish), { status: answer.status, headers }), answer)
  }

  function respondSocket(x: Exchange, { socket }: SocketAnswer): Response {
    // As with bytes: whoever would have to look into them may refuse.
    tapsOn(x)
    x.status = 101
    x.firstByteMs = performance.now() - x.startedAt
    const finish = (refusal?: Refusal): void => {
      x.refusal = refusal
      settle(x)
    }
    const headers = { ...addedTo(x), ...headersOf(x, ''), ...protocolFor(x) }
    const about = { conversations, drain, spend, resume, finish }
    const conversation = createConversation(x, socket, about)
    if (!x.connection.upgrade?.(headers, conversation))
      throw x.cut ?? new Refusal('invalid_request', 'The request is no valid opening of a WebSocket')
    // The connection is not this request's any more: what is said here goes nowhere.
    return new Response(null, { status: 101 })
  }

  /** Every request leaves through here. A bug in a tap is a refusal too. */
  return function respond(x: Exchange): Response {
    try {
      if (x.refusal === undefined && x.answer?.kind === 'stream') return respondStream(x, x.answer)
      if (x.refusal === undefined && x.answer?.kind === 'whole') return respondWhole(x, x.answer)
      if (x.refusal === undefined && x.answer?.kind === 'raw') return respondRaw(x, x.answer)
      if (x.refusal === undefined && x.answer?.kind === 'socket') return respondSocket(x, x.answer)
    } catch (error) {
      x.refusal = toRefusal(error)
      if (x.answer) drop(x.answer, error)
    }
    return respondRefusal(x, toRefusal(x.refusal))
  }
}

/** Nobody will hear it. */
function drop(answer: Answer, why: unknown): void {
  if (answer.kind === 'socket') answer.socket.close(1001, '')
  else if (answer.kind !== 'whole') answer.reader.cancel(why).catch(() => {})
}

function withCookies(response: Response, { cookies }: WholeAnswer | RawAnswer): Response {
  if (cookies !== undefined) for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

function renderRefusal(x: Exchange, refusal: Refusal): unknown {
  return x.endpoint.refusal?.(refusal, x.request, x.id) ?? plainRefusal(refusal)
}
