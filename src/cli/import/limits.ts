import type { Values } from '../foreign.ts'
import type { Converting, ImportedLimit } from './imported.ts'

type Most = Pick<ImportedLimit, 'requests' | 'tokens' | 'cost_usd' | 'concurrent'>

/** Gathers limits, each under a name of its own: what it is for, and a number where that name is taken. */
export function createLimits() {
  const found = new Map<string, ImportedLimit>()

  function nameFor(wanted: string): string {
    const base =
      wanted
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 56)
        .replace(/^-+|-+$/g, '') || 'limit'
    for (let i = 1; ; i++) {
      const name = i === 1 ? base : `${base}-${i}`
      if (!found.has(name)) return name
    }
  }

  return {
    add(wanted: string, limit: Omit<ImportedLimit, 'name'>): void {
      const name = nameFor(wanted)
      found.set(name, { name, ...limit })
    },
    all: (): readonly ImportedLimit[] => [...found.values()],
  }
}
export type Limits = ReturnType<typeof createLimits>

/** Numbers as they may stand there; undefined for what is no amount, which is said. */
export function mostOf(
  entry: Values,
  fields: Readonly<Record<string, keyof Most>>,
  say: (why: string) => void,
): Most | undefined {
  const most: Record<string, number> = {}
  for (const [field, ours] of Object.entries(fields)) {
    if (entry[field] == null) continue
    const amount = Number(entry[field])
    const isAmount = amount > 0 && (ours === 'cost_usd' || Number.isInteger(amount))
    if (isAmount) most[ours] = amount
    else say(`left out: ${field} is no amount that can be kept to`)
  }
  return Object.keys(most).length === 0 ? undefined : most
}

export const NO_WINDOW = 'left out: a limit here is for a minute, an hour, a day, a week or a month'

export type Remark = Converting['remark']
