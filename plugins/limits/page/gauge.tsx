import { toLocalText } from '../../../src/base/calendar.ts'
import { count, money, number, percent } from '../../../views/format.ts'
import { type Measure, type Pot, runningOf, takenOf, usedOf } from '../counting/pot.ts'
import type { Limit } from '../model.ts'
import { type Fullness, fullnessOf, measuresOf } from './rows.ts'
import { untilOf } from './words.ts'

interface PotProps {
  readonly limit: Limit
  readonly pot: Pot
}

/** How full a pot is: a bar for each thing that is limited, and beside it the same in words. */
export const Gauges = ({ limit, pot }: PotProps) => (
  <ul class="gauges">
    {measuresOf(limit).map(measure => (
      <Gauge limit={limit} pot={pot} measure={measure} />
    ))}
  </ul>
)

function Gauge({ limit, pot, measure }: PotProps & { measure: Measure }) {
  const most = limit[measure]!
  const used = measure === 'concurrent' ? runningOf(pot) : usedOf(pot)[measure]
  const taken = measure === 'concurrent' ? runningOf(pot) : takenOf(pot)[measure]
  const fullness = fullnessOf(limit, measure, pot)
  return (
    <li class="gauge" data-fullness={fullness}>
      <p>
        <span>
          {usedText(measure, { used, most, held: taken - used })}
          {measure === 'concurrent' && pot.waiting > 0 && `, ${waitingText(pot.waiting)}`}
        </span>{' '}
        <span class="full">{words[fullness](taken / most)}</span>
      </p>
      <svg class="bar" aria-hidden="true" focusable="false">
        <rect class="track" width="100%" height="100%" rx="3" />
        {taken > 0 && <rect class="held" width={widthOf(taken / most)} height="100%" rx="3" />}
        {used > 0 && <rect class="used" width={widthOf(used / most)} height="100%" rx="3" />}
      </svg>
    </li>
  )
}

/** Colour never stands alone. */
const words: Readonly<Record<Fullness, (share: number) => string>> = {
  free: percent,
  busy: () => 'all taken',
  near: share => `${percent(share)}, near`,
  reached: () => 'reached',
}

const widthOf = (share: number): string => `${Math.min(100, Math.max(1, share * 100)).toFixed(2)}%`

interface Figures {
  readonly used: number
  readonly most: number
  /** What calls under way may still use. */
  readonly held: number
}

/** `$412.20 of $500.00 used, $3.10 held`. */
function usedText(measure: Measure, { used, most, held }: Figures): string {
  if (measure === 'concurrent') return `${number(used)} of ${count(most, 'call')} under way`
  const say = measure === 'cost' ? money : number
  const all = measure === 'cost' ? money(most) : count(most, measure === 'tokens' ? 'token' : 'request')
  return `${say(used)} of ${all} used${held > 0 ? `, ${say(held)} held` : ''}`
}

/** When it begins anew, by its own clocks; `at` and `now` are milliseconds since 1970. */
export function Reset({ at, zone, now }: { at: number; zone: string; now: number }) {
  const iso = toLocalText(at, zone)
  return (
    <>
      Resets {untilOf(at - now)},{' '}
      <time datetime={iso} title={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 16)} ${zone}`}</time>
    </>
  )
}

export const Unpriced = ({ pot }: { pot: Pot }) =>
  pot.unpriced === 0 ? null : (
    <p class="warning">{count(pot.unpriced, 'call')} without a known price, counted as $0</p>
  )

const waitingText = (waiting: number): string => (waiting === 1 ? '1 waits' : `${number(waiting)} wait`)
