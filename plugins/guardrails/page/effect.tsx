import type { Child } from 'hono/jsx'
import { Icon } from '../../../views/icon.tsx'
import type { Trial } from '../trial.ts'
import type { Effect } from './editing.ts'

/** What the draft does in words, and to the text that it is tried on. */
export const EffectOf = ({ effect: { sentence, fault, sample, trial } }: { effect: Effect }): Child => (
  <>
    {sentence !== undefined && (
      <p>
        <Icon name="arrow" />
        <span>{sentence}</span>
      </p>
    )}
    {fault !== undefined && <p class="fault">{fault}</p>}
    {trial !== undefined && sample !== '' && <Tried trial={trial} sample={sample} />}
  </>
)

const Tried = ({ trial, sample }: { trial: Trial; sample: string }) => (
  <div class="trial">
    <strong data-tone={trial.matches.length === 0 ? 'good' : 'bad'}>{verdictOf(trial, sample)}</strong>
    <pre>{trial.text === sample ? <Marked trial={trial} sample={sample} /> : trial.text}</pre>
  </div>
)

function verdictOf({ matches, blocked_by, text }: Trial, sample: string): string {
  if (matches.length === 0) return 'Nothing is found: it goes on as it is'
  if (blocked_by.length > 0) return 'It is refused'
  return text === sample ? 'It is counted, and goes on as it is' : 'It goes on as'
}

/** The text with what was found in it. */
function Marked({ trial: { matches }, sample }: { trial: Trial; sample: string }) {
  const parts: Child[] = []
  let at = 0
  for (const { start, end, kind } of matches) {
    parts.push(sample.slice(at, start), <mark title={kind}>{sample.slice(start, end)}</mark>)
    at = end
  }
  return (
    <>
      {parts}
      {sample.slice(at)}
    </>
  )
}
