import { duration } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import type { Row } from '../../report/log.ts'

/** A stretch of the time that a call took. */
interface Stretch {
  readonly kind: 'queued' | 'failed' | 'waited' | 'answered'
  readonly from: number
  readonly ms: number
}

interface Try {
  readonly target: string
  readonly words: string
  readonly stretches: readonly Stretch[]
}

/**
 * Every try with its time, one below the other. What lies between them is not recorded, so that tries stand behind each
 * other as if there were nothing, behind the time that the call waited for room.
 */
export function triesOf({ attempts, code, totalMs, firstByteMs, streamed, queuedMs }: Row): Try[] {
  let from = queuedMs ?? 0
  return (attempts ?? []).map((attempt, index, all) => {
    const begin = from
    from += attempt.ms
    const target = `${attempt.provider}/${attempt.model}`
    if (attempt.code !== null || index < all.length - 1) {
      const status = attempt.status === null ? '' : `, status ${attempt.status}`
      return {
        target,
        words: `failed after ${duration(attempt.ms)}: ${attempt.code ?? 'no answer'}${status}`,
        stretches: [{ kind: 'failed', from: begin, ms: attempt.ms }],
      }
    }
    const first = Math.max(begin, Math.min(totalMs, firstByteMs ?? from))
    const rest = Math.max(0, totalMs - first)
    const began = streamed
      ? `first byte after ${duration(first)}`
      : `began to answer after ${duration(first)}`
    return {
      target,
      words: `${began}, ${code === null ? 'done' : `ended with ${code}`} after ${duration(totalMs)}`,
      stretches: [
        { kind: 'waited', from: begin, ms: first - begin },
        { kind: code === null ? 'answered' : 'failed', from: first, ms: rest },
      ],
    }
  })
}

export function Timeline({ call }: { call: Row }) {
  const tries = triesOf(call)
  const end = Math.max(
    1,
    call.totalMs,
    ...tries.flatMap(({ stretches }) => stretches.map(({ from, ms }) => from + ms)),
  )
  return (
    <section aria-labelledby="timeline-title">
      <h3 id="timeline-title">
        {tries.length > 1 ? `${tries.length} tries` : 'Time'}, {duration(call.totalMs)} in all
      </h3>
      {tries.length === 0 ? (
        <p class="hint">No provider was asked.</p>
      ) : (
        <ol class="tries">
          {call.queuedMs !== null && (
            <li>
              <p>
                In line <span class="muted">waited {duration(call.queuedMs)} for room of a limit</span>
              </p>
              <Lane stretches={[{ kind: 'queued', from: 0, ms: call.queuedMs }]} end={end} />
            </li>
          )}
          {tries.map(({ target, words, stretches }) => (
            <li>
              <p>
                <Name class="mono" text={target} /> <span class="muted">{words}</span>
              </p>
              <Lane stretches={stretches} end={end} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

/** Stretches of a time that ends at `end`. */
const Lane = ({ stretches, end }: Pick<Try, 'stretches'> & { end: number }) => (
  <svg class="lane" aria-hidden="true" focusable="false">
    <rect class="track" width="100%" height="100%" rx="3" />
    {stretches.map(({ kind, from, ms }) => (
      <rect
        data-kind={kind}
        x={`${((from / end) * 100).toFixed(2)}%`}
        width={`${Math.max(0.4, (ms / end) * 100).toFixed(2)}%`}
        height="100%"
        rx="2"
      />
    ))}
  </svg>
)
