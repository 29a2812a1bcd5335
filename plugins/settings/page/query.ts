import type { Setting } from '../../../src/contract/inventory.ts'
import { createSearch, MAX_SEARCH } from '../../../views/listing.ts'
import { textOf } from './value.ts'

export const choices = {
  '': 'All settings',
  set: 'Only what is set',
  changed: 'Not as by default',
  changeable: 'Can be changed here',
  dashboard: 'Changed here',
  file: 'From the file',
  variable: 'From variables',
  hidden: 'Secrets',
} as const
export type Choice = keyof typeof choices

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly show: Choice
  readonly plugin: string
}

/** The same as it stands in an address, with more. */
export const toParams = ({ q, show, plugin }: Query, more: Readonly<Record<string, string>>): string =>
  new URLSearchParams(
    Object.entries({ q, show, plugin, ...more }).filter(([, value]) => value !== ''),
  ).toString()

/** The gateway itself, where one of several is chosen. */
export const GATEWAY = 'the-gateway'

export function readQuery(read: (name: string) => string): Query {
  const show = read('show')
  return {
    q: read('q').slice(0, MAX_SEARCH),
    show: Object.hasOwn(choices, show) ? (show as Choice) : '',
    plugin: read('plugin').slice(0, MAX_SEARCH),
  }
}

const tests: Readonly<Record<Exclude<Choice, ''>, (setting: Setting) => boolean>> = {
  set: ({ origin }) => origin.kind !== 'default',
  changed: ({ isChanged }) => isChanged,
  changeable: ({ input, origin }) =>
    input !== undefined && (origin.kind === 'default' || origin.kind === 'dashboard'),
  dashboard: ({ origin }) => origin.kind === 'dashboard',
  file: ({ origin }) => origin.kind === 'file',
  variable: ({ origin }) => origin.kind === 'variable',
  hidden: ({ isHidden }) => isHidden,
}

/** What the query asks for, in their order. */
export function find(all: readonly Setting[], { q, show, plugin }: Query): readonly Setting[] {
  const isFound = createSearch(q)
  return all.filter(
    setting =>
      (show === '' || tests[show](setting)) &&
      (plugin === '' || (setting.plugin ?? GATEWAY) === plugin) &&
      isFound(textsIn(setting)),
  )
}

/** What a search may look for: names, what it means, its value, and where that comes from. */
const textsIn = ({ name, plugin = '', about = '', variables, option = '', origin, value }: Setting) => [
  name,
  plugin,
  about,
  ...variables,
  option,
  'name' in origin ? origin.name : '',
  'file' in origin ? `${origin.file}:${'line' in origin ? origin.line : ''}` : '',
  value === undefined ? '' : textOf(value),
]
