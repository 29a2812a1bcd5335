import type { Log } from '../../src/log.ts'

/** Where keys are sent. */
export const places = ['call', 'admin', 'sign_in'] as const
export type KeyPlace = (typeof places)[number]

/** Keys that nobody knows. Who guesses is seen by them, and so is an app that has an old key. */
export interface WrongKeys {
  count(place: KeyPlace): void
  /** Since the start. */
  totals(): Readonly<Record<KeyPlace, number>>
  /** Within an hour. */
  lately(place: KeyPlace): number
  /** Tells the log of those that came since it was told. */
  tell(log: Log): void
}

const MINUTE = 60_000
const MINUTES = 60

export function createWrongKeys(now: () => number): WrongKeys {
  const totals: Record<KeyPlace, number> = { call: 0, admin: 0, sign_in: 0 }
  /** The minutes of an hour, each in the place of the one that is an hour older. */
  const minutes = Array.from({ length: MINUTES }, () => ({ minute: 0, ...totals }))
  let told = { ...totals }
  const present = () => Math.floor(now() / MINUTE)

  return {
    count(place) {
      const minute = present()
      const slot = minute % MINUTES
      if (minutes[slot]!.minute !== minute) minutes[slot] = { minute, call: 0, admin: 0, sign_in: 0 }
      minutes[slot]![place] += 1
      totals[place] += 1
    },
    totals: () => totals,
    lately: place =>
      minutes
        .filter(({ minute }) => minute > present() - MINUTES)
        .reduce((sum, each) => sum + each[place], 0),
    tell(log) {
      const news = places.flatMap(place => {
        const count = totals[place] - told[place]
        return count > 0 ? [[place, count] as const] : []
      })
      told = { ...totals }
      if (news.length > 0) log.warn('Keys that nobody knows were refused', Object.fromEntries(news))
    },
  }
}
