import type { Grouping } from '../report/dimensions.ts'
import type { SumName } from '../report/sums.ts'
import { type Asked, type Lacking, readLacking } from './address.ts'

/** What the page of the usage can be told apart by. */
export interface GroupKind {
  /** As it stands in the address. */
  readonly name: string
  readonly title: string
  readonly grouping: Grouping
  /** What a call without one is called. */
  readonly none: string
  /** What is worth looking at when one of them has been chosen. */
  readonly next: string
  /** Times are told apart by it: callers are many, and so would be their times. */
  readonly isTimed: boolean
}

const kinds: readonly GroupKind[] = [
  {
    name: 'model',
    title: 'Model',
    grouping: { by: 'model' },
    none: 'Reached no model',
    next: 'path',
    isTimed: true,
  },
  {
    name: 'virtual_model',
    title: 'Virtual model',
    grouping: { by: 'virtual_model' },
    none: 'None: asked for a model itself',
    next: 'model',
    isTimed: true,
  },
  {
    name: 'provider',
    title: 'Provider',
    grouping: { by: 'provider' },
    none: 'Reached no provider',
    next: 'model',
    isTimed: true,
  },
  {
    name: 'path',
    title: 'User path',
    grouping: { by: 'path' },
    none: 'No user path',
    next: 'model',
    isTimed: false,
  },
  { name: 'key', title: 'Key', grouping: { by: 'key' }, none: 'No valid key', next: 'model', isTimed: false },
  { name: 'code', title: 'Error', grouping: { by: 'code' }, none: 'No error', next: 'model', isTimed: false },
]

/** Labels have names of their own, so each is a kind. */
const labelKind = (label: string): GroupKind => ({
  name: `label:${label}`,
  title: `Label “${label}”`,
  grouping: { by: 'label', label },
  none: 'No such label',
  next: 'model',
  isTimed: false,
})

const MAX_LABEL = 100
/** So many labels are offered side by side. */
const LABELS = 6

export const groupKinds = (labels: readonly string[]): GroupKind[] => [
  ...kinds,
  ...labels.slice(0, LABELS).map(labelKind),
]

export function readGroupKind(text: string): GroupKind {
  if (text.startsWith('label:') && text.length > 6 && text.length <= MAX_LABEL)
    return labelKind(text.slice(6))
  return kinds.find(({ name }) => name === text) ?? kinds[0]!
}

/** What an address has to say for one group only. */
export function narrowTo(kind: GroupKind, value: string, asked: Asked): Record<string, string> {
  const { by, label } = kind.grouping
  if (by === 'label') return { label: `${label}=${value}` }
  if (value !== '') return { [by]: value, without: withoutBut(asked, by) }
  return { [by]: '', without: [...readLacking(asked.without ?? ''), by].join(',') }
}

const withoutBut = (asked: Asked, name: string): string =>
  readLacking(asked.without ?? '')
    .filter((other: Lacking) => other !== name)
    .join(',')

/** What the chart shows, and the groups are sorted by. */
export const measures = {
  cost: { title: 'Cost', by: 'cost_nano' },
  calls: { title: 'Calls', by: 'calls' },
  tokens: { title: 'Tokens', by: 'input' },
  errors: { title: 'Errors', by: 'errors' },
} as const satisfies Record<string, { readonly title: string; readonly by: SumName }>

export type Measure = keyof typeof measures

export const readMeasure = (text: string): Measure =>
  Object.hasOwn(measures, text) ? (text as Measure) : 'cost'
