import {
  type Ask,
  createScript,
  DONE,
  type Piece,
  renderChoices,
  renderEvents,
  renderWhole,
  type Script,
  usageOf,
} from './chat.ts'
import type { Account } from './ledger.ts'
import { turn } from './play.ts'
import type { Wire } from './wire.ts'

/** Answers without a plan by the shortest way: benches measure what stands in front of the mock provider. */
export function createChat(tokens: number, burst: number) {
  const scripts = new Map<number, { script: Script; choices: Piece[] }>()

  function prepare(ask: Ask): { script: Script; choices: Piece[] } {
    const length = Math.min(ask.maxTokens ?? tokens, tokens)
    const known = scripts.get(length)
    if (known) return known
    const script = createScript(ask, {}, tokens)
    const prepared = { script, choices: renderChoices(script) }
    scripts.set(length, prepared)
    return prepared
  }

  return function answer(id: string, ask: Ask, wire: Wire, account: Account): void {
    const { script, choices } = prepare(ask)
    const usage = (completion: number) => usageOf(ask.promptTokens, completion, 0)
    if (ask.stream) {
      const events = renderEvents({ id, ask, choices, usage, usageAt: 'end' })
      void sendStream(id, events, burst, { wire, account })
      return
    }
    const body = renderWhole(id, ask, script, usage(script.tokens))
    wire.send(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_${id}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    account.give(script.tokens)
    account.close('complete')
    wire.done()
  }
}

interface Course {
  readonly wire: Wire
  readonly account: Account
}

async function sendStream(
  id: string,
  events: readonly Piece[],
  burst: number,
  { wire, account }: Course,
): Promise<void> {
  let out =
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
    `x-request-id: req_${id}\r\ntransfer-encoding: chunked\r\n\r\n`
  let given = 0
  for (const [i, event] of events.entries()) {
    out += frame(event.text)
    given += event.tokens
    if ((i + 1) % burst !== 0) continue
    await (wire.send(out) ?? turn())
    if (wire.isGone()) return account.close('client_closed')
    account.give(given)
    given = 0
    out = ''
  }
  wire.send(`${out}${frame(DONE)}0\r\n\r\n`)
  account.give(given)
  account.close('complete')
  wire.done()
}

/** One chunk of a chunked body. */
const frame = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
