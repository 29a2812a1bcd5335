import type { Concern, Standing } from '../../../concerns/model.ts'

/** A line of what needs attention. */
export type Line = Omit<Concern, 'about'>

/** So many of a kind are told one by one. */
const MOST = 3

/** The first of each kind, and how many more there are. */
export function toLines(standing: readonly Standing[]): readonly Line[] {
  const kinds = Map.groupBy(standing, ({ watch }) => watch)
  const lines = [...kinds].flatMap(([{ many, act, place }, all]): Line[] => {
    if (all.length <= MOST + 1) return all
    const words = [`And ${all.length - MOST} more ${many}.`]
    return [...all.slice(0, MOST), { tone: all[MOST]!.tone, words, act, place }]
  })
  return lines.sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
}
