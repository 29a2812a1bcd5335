import type { Ledger } from '../counting/ledger.ts'
import type { Place as PlaceOfPot, Shortage } from '../counting/pot.ts'
import type { Call } from './call.ts'
import { createLine, type Line, type Place } from './line.ts'
import type { Option } from './model.ts'

/** Those who wait for one pot. */
export interface PotLine extends PlaceOfPot {
  readonly line: Line<Standing>
}

/** A call in one of these lines, with the options that are held up there. */
export interface Standing extends Place {
  readonly call: Call
  readonly options: Set<Option>
}

/** A line for each pot that is full, as long as somebody stands in it. */
export interface Lines {
  all(): readonly PotLine[]
  /** Somebody stands in one. */
  isAny(): boolean
  find(limit: string, member: string): PotLine | undefined
  /** The line of the pot that lacks room. */
  at(shortage: Shortage): PotLine
  add(at: PotLine, standing: Standing): void
  /** It leaves; where its turn `isTaken`, the next one has the next one. */
  remove(at: PotLine, standing: Standing, isTaken?: boolean): void
  /** How many wait, limit by limit. */
  waiting(): readonly (readonly [limit: string, count: number])[]
}

export function createLines(ledger: Pick<Ledger, 'setWaiting'>): Lines {
  const lines = new Map<string, Map<string, PotLine>>()
  const find = (limit: string, member: string) => lines.get(limit)?.get(member)

  /** Whoever looks at the pot sees how many wait; a line without anybody is none. */
  function tell(at: PotLine): void {
    ledger.setWaiting(at, at.line.size)
    const members = lines.get(at.limit)
    if (at.line.size > 0 || members?.get(at.member) !== at) return
    members.delete(at.member)
    if (members.size === 0) lines.delete(at.limit)
  }

  return {
    all: () => [...lines.values()].flatMap(members => [...members.values()]),
    isAny: () => lines.size > 0,
    find,
    at({ limit: { name }, pot: { member } }) {
      const known = find(name, member)
      if (known !== undefined) return known
      const made: PotLine = { limit: name, member, line: createLine<Standing>() }
      lines.set(name, (lines.get(name) ?? new Map<string, PotLine>()).set(member, made))
      return made
    },
    add(at, standing) {
      at.line.add(standing)
      tell(at)
    },
    remove(at, standing, isTaken = false) {
      if (isTaken) at.line.take(standing)
      else at.line.remove(standing)
      tell(at)
    },
    waiting: () =>
      [...lines].map(([limit, members]) => [
        limit,
        [...members.values()].reduce((sum, { line }) => sum + line.size, 0),
      ]),
  }
}
