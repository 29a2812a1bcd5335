import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Fact } from './fact.ts'
import type { Sender } from './sender.ts'

export interface QueueOptions {
  readonly sender: Sender
  /** Spans that may wait, and that go together. */
  readonly size: number
  readonly batch: number
  readonly toSpans: (fact: Fact) => ReadableSpan[]
  readonly serialize: (spans: ReadableSpan[]) => Uint8Array | undefined
  readonly tally: Tally
}

/** Spans by what became of them; of all exporters of this process, because counters must not fall. */
export interface Tally {
  sent: number
  dropped: number
}

export interface SpanQueue {
  add(fact: Fact): void
  /** Sends what waits, while the collector takes it. */
  flush(timeout?: number): Promise<void>
  isDue(): boolean
}

/** Calls that wait to be sent as spans. Bounded: what has no room is dropped and counted, and nothing ever waits for the collector. */
export function createSpanQueue({ sender, size, batch, toSpans, serialize, tally }: QueueOptions): SpanQueue {
  let waiting: Fact[] = []
  let count = 0
  const spansOf = ({ tries }: Fact): number => 1 + tries.length

  /** The oldest, up to a batch of spans. */
  function take(): Fact[] {
    let spans = 0
    let end = 0
    while (end < waiting.length && (end === 0 || spans + spansOf(waiting[end]!) <= batch))
      spans += spansOf(waiting[end++]!)
    const taken = waiting.slice(0, end)
    waiting = waiting.slice(end)
    count -= spans
    return taken
  }

  function putBack(facts: readonly Fact[]): void {
    const spans = facts.reduce((sum, fact) => sum + spansOf(fact), 0)
    if (count + spans > size) tally.dropped += spans
    else {
      waiting = [...facts, ...waiting]
      count += spans
    }
  }

  return {
    add(fact) {
      const spans = spansOf(fact)
      if (count + spans > size) tally.dropped += spans
      else {
        waiting.push(fact)
        count += spans
      }
    },
    async flush(timeout) {
      while (waiting.length > 0 && !sender.isResting()) {
        const facts = take()
        const spans = facts.flatMap(toSpans)
        const body = serialize(spans)
        const delivery = body === undefined ? 'refused' : await sender.send(body, timeout)
        if (delivery === 'taken') tally.sent += spans.length
        else if (delivery === 'again') putBack(facts)
        else tally.dropped += spans.length
      }
    },
    isDue: () => count >= batch,
  }
}
