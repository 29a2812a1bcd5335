import * as v from 'valibot'
import type { Filters } from '../report/dimensions.ts'
import { filterEntries } from '../report/inputs.ts'

/** What the address of a page asks for, as text: filters by the names that the admin API gives them, and the rest. */
export type Asked = Readonly<Record<string, string>>

/** Filters, as they are called on the pages. */
export const filterNames = {
  virtual_model: 'Virtual model',
  model: 'Model',
  provider: 'Provider',
  path: 'User path',
  key: 'Key',
  label: 'Label',
  session: 'Session',
  status: 'Status',
  code: 'Error code',
  failed: 'Failed',
  streamed: 'Stream',
  cached: 'Stored',
  mirrored: 'Mirror',
  min_cost_usd: 'Cost in $, at least',
  operation: 'Operation',
  dialect: 'Dialect',
} as const

export type FilterName = keyof typeof filterNames
const names = Object.keys(filterNames) as FilterName[]

/**
 * What has none of something is chosen by `without=provider,key`: an empty field of a form, which also stands in the
 * address where there is no script, means that nothing is asked for.
 */
const lacking = ['virtual_model', 'model', 'provider', 'path', 'key', 'session', 'code'] as const
export type Lacking = (typeof lacking)[number]

export interface Chosen {
  /** What was understood, and only that. */
  readonly asked: Asked
  readonly filters: Filters
  /** What was not, in a sentence each. */
  readonly mistakes: readonly string[]
}

/** Reads the filters out of an address. What cannot be one is left out, and said. */
export function readFilters(params: URLSearchParams): Chosen {
  const asked: Record<string, string> = {}
  const filters: Record<string, unknown> = {}
  const mistakes: string[] = []
  for (const name of names) {
    const text = params.get(name)?.trim() ?? ''
    if (text === '') continue
    const read = v.safeParse(filterEntries[name], text)
    if (read.success) {
      asked[name] = text
      filters[name] = read.output
    } else mistakes.push(`${filterNames[name]} “${text.slice(0, 80)}”: ${read.issues[0].message}`)
  }
  const without = readLacking(params.get('without') ?? '').filter(name => filters[name] === undefined)
  for (const name of without) filters[name] = ''
  if (without.length > 0) asked.without = without.join(',')
  return { asked, filters: filters as Filters, mistakes }
}

export const readLacking = (text: string): Lacking[] => lacking.filter(name => text.split(',').includes(name))

/** An address: what is asked for, but for the changes. An empty text, or undefined, takes something out. */
export function addressOf(
  path: string,
  asked: Asked,
  changes: Readonly<Record<string, string | undefined>> = {},
): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...asked, ...changes }))
    if (value !== undefined && value !== '') params.set(name, value)
  return params.size === 0 ? path : `${path}?${params}`
}

/** The same filters in the words of the admin API, where an empty text stands for what has none. */
export function toApiQuery(asked: Asked, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams()
  for (const name of names) if (asked[name] !== undefined) params.set(name, asked[name])
  for (const name of readLacking(asked.without ?? '')) params.set(name, '')
  for (const [name, value] of Object.entries(more)) params.set(name, value)
  return params.toString()
}

/** One filter that is in force, and the address without it. */
export interface Chip {
  readonly name: string
  readonly value: string
  readonly href: string
}

const truth: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  failed: { true: 'only failed calls', false: 'no failed calls' },
  streamed: { true: 'streams', false: 'whole answers' },
  mirrored: { true: 'copies only', false: 'no copies' },
  cached: { true: 'stored answers', false: 'no stored answers' },
}

/** Every filter that is in force. */
export function chipsOf(path: string, asked: Asked): Chip[] {
  const without = readLacking(asked.without ?? '')
  return [
    ...names.flatMap(name => {
      const value = asked[name]
      if (value === undefined) return []
      return [
        {
          name: filterNames[name],
          value: truth[name]?.[value] ?? value,
          href: addressOf(path, asked, { [name]: undefined }),
        },
      ]
    }),
    ...without.map(name => ({
      name: filterNames[name],
      value: 'none',
      href: addressOf(path, asked, { without: without.filter(other => other !== name).join(',') }),
    })),
  ]
}
