import { spellDuration } from '../../../src/contract/settings.ts'
import { number } from '../../../views/format.ts'
import { spell } from '../../../views/name.tsx'
import { allowanceOf } from '../holding/words.ts'
import type { Limit, Window } from '../model.ts'
import { queueOf } from '../queue/words.ts'
import { measuresOf } from './rows.ts'

/** `a`, `a and b`, `a, b and c`. */
const together = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const SHOWN = 4

function someOf(all: ReadonlySet<string>): string {
  const names = [...all].slice(0, SHOWN).map(spell)
  return all.size > SHOWN ? `${names.join(', ')} and ${all.size - SHOWN} more` : together(names)
}

/** What a limit does, for people who have never seen one. */
export function sentenceOf(limit: Limit): string {
  const { each, userPath, models, tools } = limit
  const clocks = isByClocks(limit) ? `, by the clocks of ${limit.timeZone}` : ''
  const at = userPath === '/' ? '' : ` at ${spell(userPath)} or below it`
  const allowed = together(measuresOf(limit).map(measure => allowanceOf(limit, measure)))
  const said =
    each === 'all'
      ? `All callers${at} together have ${allowed}${clocks}.`
      : `Each ${each === 'key' ? 'key that calls' : 'user path'}${at} has ${allowed} for itself${clocks}.`
  if (tools !== undefined)
    return `${said} Only calls of ${tools.has('/') ? 'tools' : `the tools ${someOf(tools)}`} count.`
  const counted = models === undefined ? said : `${said} Only calls of ${someOf(models)} count.`
  return counted + waitOf(limit)
}

/** What becomes of who comes while as many are under way as may be. */
function waitOf(limit: Limit): string {
  if (limit.wait === undefined) return ''
  const first =
    limit.first === undefined
      ? ''
      : `; ${someOf(limit.first)} ${limit.first.size === 1 ? 'goes' : 'go'} first`
  return ` Who comes while all are taken waits up to ${spellDuration(limit.wait)} for a turn, ${number(queueOf(limit))} at most${first}.`
}

/** Whether it matters to a reader whose clocks it goes by: most limits go by those of UTC, and calls at once by none. */
const isByClocks = (limit: Limit): boolean => limit.timeZone !== 'UTC' && hasWindow(limit)

/** Whether it counts by the clock: calls at the same time are as many as they are. */
export const hasWindow = (limit: Limit): boolean =>
  measuresOf(limit).some(measure => measure !== 'concurrent')

/** The stretch of the clock that it is now. */
export const presentOf = (per: Window): string => (per === 'day' ? 'today' : `this ${per}`)

/** `in 42 s`, `in 12 min`, `in 3 h`, `in 5 days`: whole ones that are left. */
export function untilOf(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  if (seconds < 120) return `in ${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `in ${minutes} min`
  return minutes < 48 * 60 ? `in ${Math.floor(minutes / 60)} h` : `in ${Math.floor(minutes / 1440)} days`
}
