import type { Stored } from '../contract/restating.ts'
import { ConfigError } from '../errors.ts'
import type { Awaitable } from '../types.ts'
import type { Changeables } from './changeable.ts'
import { say } from './problem.ts'

type Values = Readonly<Record<string, unknown>>

/** The same, by the fields of their schemas. */
export interface DividedStored {
  readonly own: Values
  readonly ofPlugins: ReadonlyMap<string, Values>
}

interface Given {
  readonly stored?: Stored | undefined
  readonly changeables: Changeables
}

export const sayStored = (name: string, text: string): string => say(`"${name}" of the dashboard`, text)

/** Gives each to its owner, and reports those that nobody owns. */
export function divideStored({ stored = {}, changeables }: Given, problems: string[]): DividedStored {
  const own: Record<string, unknown> = {}
  const ofPlugins = new Map<string, Record<string, unknown>>()
  for (const [name, value] of Object.entries(stored)) {
    const place = changeables.get(name)
    if (place === undefined)
      problems.push(sayStored(name, 'there is no such setting, or none that may be stored'))
    else if (place.plugin === undefined) own[place.field] = value
    else ofPlugins.set(place.plugin, { ...ofPlugins.get(place.plugin), [place.field]: value })
  }
  return { own, ofPlugins }
}

/** What of it holds, and why the rest cannot. */
export interface Sifted {
  readonly holds: Stored
  readonly unfit: ReadonlyMap<string, string>
}

/**
 * Leaves out what does not fit any more: a version of the gateway that knows another range, a file that says something
 * that contradicts. `judge` throws a ConfigError where settings do not go together; where they do not even without what
 * is stored, that is not to blame, and the mistake stays one.
 */
export async function sift(stored: Stored, judge: (stored: Stored) => Awaitable<void>): Promise<Sifted> {
  if ((await mistakeOf(stored, judge)) === undefined) return { holds: stored, unfit: new Map() }
  await judge({})
  let holds: Stored = {}
  const unfit = new Map<string, string>()
  for (const [name, value] of Object.entries(stored)) {
    const more = { ...holds, [name]: value }
    const mistake = await mistakeOf(more, judge)
    if (mistake === undefined) holds = more
    else unfit.set(name, mistake)
  }
  return { holds, unfit }
}

async function mistakeOf(
  stored: Stored,
  judge: (stored: Stored) => Awaitable<void>,
): Promise<string | undefined> {
  try {
    await judge(stored)
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('; ')
    throw error
  }
}
