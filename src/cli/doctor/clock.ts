import type { Finding } from './finding.ts'

/** Tokens and signatures are refused by clocks that differ by more (milliseconds). */
const MOST = 60_000

/**
 * Whether two clocks agree.
 *
 * @param theirs what another clock said (milliseconds since 1970)
 * @param ours what this machine's clock said at that moment
 */
export function clockFinding(theirs: number | undefined, ours: number, whose: string): Finding {
  const name = 'clock'
  if (theirs === undefined || Number.isNaN(theirs))
    return { name, state: 'note', text: 'Nobody was there to compare it with' }
  const apart = Math.round(Math.abs(theirs - ours) / 1000)
  if (apart * 1000 <= MOST)
    return { name, state: 'ok', text: `This machine and ${whose} agree, within ${apart + 1} s` }
  return {
    name,
    state: 'bad',
    text: `This machine is ${apart} s ${theirs > ours ? 'behind' : 'ahead of'} ${whose}`,
    mend: 'Let the clocks be set by NTP: signatures, tokens and windows of limits go by them',
  }
}
