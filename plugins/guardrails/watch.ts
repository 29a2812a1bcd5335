import { isObject } from '../../src/contract/loose-json.ts'
import { refuse } from '../../src/errors.ts'
import { noEffort } from './finder.ts'
import type { Inspecting } from './inspect.ts'
import { REACH } from './patterns.ts'
import { eachText } from './texts.ts'

/** Looks at the events of a stream as they go by. */
export interface Watch {
  /** What an event says. */
  see(event: unknown): void
  /** An answer is over: what could still have become something else is what it is. Others may go on beside it. */
  end(): void
}

/** What an event says of where its texts belong, beside where they stand in it. */
const PLACES = ['type', 'index', 'output_index', 'content_index', 'summary_index', 'item_id'] as const
/** No honest answer has more texts at the same time. */
const MOST_CHANNELS = 10_000

interface Channel {
  /** The last characters of the text. */
  readonly tail: string
  /** More of it went by before. */
  readonly isCut: boolean
}

/** `found` is told once of each guardrail, and may stop the stream by a throw. */
export function createWatch({ guardrails, found, inTime }: Inspecting): Watch {
  const open = new Map(guardrails.map(guardrail => [guardrail, noEffort()]))
  const channels = new Map<string, Channel>()

  function lookAt({ tail, isCut }: Channel, goesOn: boolean): void {
    const texts = tail.includes('\\') ? [tail, unescaped(tail)] : [tail]
    for (const [guardrail, effort] of open) {
      const { has } = guardrail.finder
      const is = inTime(guardrail, () => texts.some(text => has(text, effort, { isCut, goesOn })))
      if (is === false) continue
      open.delete(guardrail)
      if (is) found(guardrail)
    }
  }

  function add(text: string, at: string): void {
    const before = channels.get(at)
    if (before === undefined && channels.size >= MOST_CHANNELS)
      refuse('upstream_invalid', `The provider sent more than ${MOST_CHANNELS} texts at the same time`)
    const whole = (before?.tail ?? '') + text
    const isCut = before?.isCut ?? false
    lookAt({ tail: whole, isCut }, true)
    const isLong = whole.length > REACH
    channels.set(at, { tail: isLong ? whole.slice(-REACH) : whole, isCut: isCut || isLong })
  }

  return {
    see(event) {
      if (open.size === 0) return
      const place = isObject(event) ? PLACES.map(field => event[field] ?? '').join(' ') : ''
      eachText(event, (text, at) => add(text, place + at))
    },
    end() {
      for (const channel of channels.values()) lookAt(channel, false)
    },
  }
}

/** The arguments of tools arrive as parts of JSON, in which letters may be written in other ways. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:u([\da-fA-F]{4})|(.))/gs, (_, code: string | undefined, char: string) =>
    code === undefined ? (escapes[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
  )
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
