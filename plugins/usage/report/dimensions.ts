import { type SQL, sql } from 'drizzle-orm'

/**
 * What usage can be told apart by, and chosen by. Names from a request only ever pick from these lists; values only ever
 * become parameters.
 */

/** Known to roll-ups. Both tables call these columns the same. */
export const rolledUp = [
  'called',
  'virtual_model',
  'model',
  'target',
  'provider',
  'path',
  'key',
  'mirrored',
] as const
/** Known to records only. */
export const recordedOnly = [
  'label',
  'session',
  'operation',
  'dialect',
  'status_class',
  'status',
  'code',
  'failed',
  'streamed',
  'cached',
] as const

export type Dimension = (typeof rolledUp)[number] | (typeof recordedOnly)[number]

/** One thing that sums are told apart by. */
export interface Grouping {
  readonly by: Dimension
  /** The name of a label. */
  readonly label?: string
  /** So many segments of a path. */
  readonly depth?: number
}

/** What is asked for; an empty text chooses what has none. All must hold. */
export interface Filters {
  readonly called?: string | undefined
  readonly virtual_model?: string | undefined
  readonly model?: string | undefined
  readonly target?: string | undefined
  readonly provider?: string | undefined
  /** This path and all below it. */
  readonly path?: string | undefined
  /** Another one, which callers cannot choose: their own. */
  readonly within?: string | undefined
  readonly key?: string | undefined
  /** The key of the caller. */
  readonly holder?: string | undefined
  readonly label?: readonly [name: string, value: string] | undefined
  readonly session?: string | undefined
  readonly operation?: string | undefined
  readonly dialect?: string | undefined
  /** From, to. */
  readonly status?: readonly [number, number] | undefined
  readonly code?: string | undefined
  /** What counts as an error: hang-ups do not. */
  readonly failed?: boolean | undefined
  readonly streamed?: boolean | undefined
  /** The answer was stored. */
  readonly cached?: boolean | undefined
  /** It is the copy of a call, which went to a mirror. */
  readonly mirrored?: boolean | undefined
  /** Nano-dollars. */
  readonly min_cost_usd?: number | undefined
}

const isRecorded = (name: string): boolean => (recordedOnly as readonly string[]).includes(name)

/** Roll-ups do not know enough. */
export const needsRecords = (groupings: readonly Grouping[], filters: Filters): boolean =>
  groupings.some(({ by }) => isRecorded(by)) ||
  filters.min_cost_usd !== undefined ||
  Object.entries(filters).some(([name, value]) => value !== undefined && isRecorded(name))

/** Roll-ups of targets do not know enough. */
export const needsCallers = (groupings: readonly Grouping[], filters: Filters): boolean =>
  groupings.some(({ by }) => by === 'path' || by === 'key') ||
  [filters.path, filters.within, filters.key, filters.holder].some(value => value !== undefined)

/** What the value of a grouping is for a row of `table`; an empty text where it has none. */
export function readingOf({ by, label = '', depth }: Grouping, table: 'g' | 'r'): SQL {
  if (by === 'label')
    return sql`coalesce((select value from json_each(${sql.raw(table)}.labels) where key = ${label}), '')`
  if (by === 'path' && depth !== undefined)
    return beginningOf(sql.raw(`coalesce(${table}.user_path, '')`), depth)
  return sql.raw(values[by](column => `coalesce(${table}.${column}, '')`))
}

const targetOf = (column: (name: string) => string): string =>
  `case when ${column('provider')} = '' then '' else ${column('provider')} || '/' || ${column('model')} end`

const values: Readonly<Record<Exclude<Dimension, 'label'>, (column: (name: string) => string) => string>> = {
  called: column =>
    `case when ${column('virtual_model')} <> '' then ${column('virtual_model')} else ${targetOf(column)} end`,
  virtual_model: column => column('virtual_model'),
  model: column => column('model'),
  target: targetOf,
  provider: column => column('provider'),
  path: column => column('user_path'),
  key: column => column('key_id'),
  session: column => column('session'),
  operation: column => column('operation'),
  dialect: column => column('dialect'),
  status_class: column => `(${column('status')} / 100) || 'xx'`,
  status: column => `cast(${column('status')} as text)`,
  code: column => column('code'),
  failed: column => `case when ${column('code')} in ('', 'client_closed') then 'false' else 'true' end`,
  streamed: column => `case ${column('streamed')} when 1 then 'true' else 'false' end`,
  mirrored: column => `case ${column('mirrored')} when 1 then 'true' else 'false' end`,
  cached: column => `case ${column('cached')} when 1 then 'true' else 'false' end`,
}

/** The first segments of a path. A segment may hold anything but a slash. */
const beginningOf = (path: SQL, depth: number): SQL =>
  sql`case when ${path} in ('', '/') then ${path} else (select '/' || group_concat(value, '/') from (select value from json_each('[' || replace(json_quote(${path}), '/', '","') || ']') where key between 1 and ${depth} order by key)) end`

const SAME = {
  virtual_model: 'virtual_model',
  model: 'model',
  provider: 'provider',
  key: 'key_id',
  holder: 'key_id',
  session: 'session',
  operation: 'operation',
  dialect: 'dialect',
  code: 'code',
} as const

/** The conditions that the rows of `table` meet; none where everything is asked for. */
export function conditionsOf(filters: Filters, table: 'g' | 'r'): SQL[] {
  const column = (name: string): SQL => sql.raw(`${table}.${name}`)
  const same = Object.entries(SAME).flatMap(([name, of]) => {
    const value = filters[name as keyof typeof SAME]
    return value === undefined ? [] : [is(column(of), value, table)]
  })
  const { called, target, path, within, label, status, failed } = filters
  const { streamed, cached, mirrored, min_cost_usd } = filters
  return [
    ...same,
    ...(called === undefined ? [] : [sql`${readingOf({ by: 'called' }, table)} = ${called}`]),
    ...(target === undefined ? [] : isTarget(target, table)),
    ...[path, within].flatMap(path =>
      path === undefined ? [] : [isBelow(column('user_path'), path, table)],
    ),
    ...(label === undefined
      ? []
      : [sql`${readingOf({ by: 'label', label: label[0] }, table)} = ${label[1]}`]),
    ...(status === undefined ? [] : [sql`r.status between ${status[0]} and ${status[1]}`]),
    ...(failed === undefined ? [] : [sql`${readingOf({ by: 'failed' }, table)} = ${String(failed)}`]),
    ...(streamed === undefined ? [] : [sql`r.streamed = ${streamed ? 1 : 0}`]),
    ...(mirrored === undefined ? [] : [sql`${column('mirrored')} = ${mirrored ? 1 : 0}`]),
    ...(cached === undefined ? [] : [sql`r.cached = ${cached ? 1 : 0}`]),
    ...(min_cost_usd === undefined ? [] : [sql`r.cost_nano >= ${min_cost_usd}`]),
  ]
}

/** Roll-ups have an empty text where records have null. */
const is = (column: SQL, value: string, table: 'g' | 'r'): SQL =>
  value === '' && table === 'r' ? sql`${column} is null` : sql`${column} = ${value}`

/** `provider/id`: the id may hold slashes, the name of a provider does not. */
function isTarget(target: string, table: 'g' | 'r'): SQL[] {
  const slash = target.indexOf('/')
  const [provider, model] = slash < 0 ? ['', ''] : [target.slice(0, slash), target.slice(slash + 1)]
  return [is(sql.raw(`${table}.provider`), provider, table), is(sql.raw(`${table}.model`), model, table)]
}

function isBelow(column: SQL, path: string, table: 'g' | 'r'): SQL {
  if (path === '') return is(column, '', table)
  if (path === '/') return sql`${column} > ''`
  // "0" follows "/": between the two is all that begins with the path and a slash.
  return sql`(${column} = ${path} or (${column} >= ${`${path}/`} and ${column} < ${`${path}0`}))`
}

export const allOf = (conditions: readonly SQL[]): SQL =>
  conditions.length === 0 ? sql.raw('true') : sql.join([...conditions], sql.raw(' and '))

export const listOf = (parts: readonly SQL[]): SQL => sql.join([...parts], sql.raw(', '))
