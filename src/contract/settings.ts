import * as v from 'valibot'

/** Building blocks for a plugin's `config` schema. Each takes what a config file holds and what a variable spells. */

/** A setting with what it means: for `.env.template`, the schema of the config file, and the page of the settings. */
export const says = <S extends v.GenericSchema>(words: string, schema: S): S =>
  v.pipe(schema, v.description(words)) as unknown as S

/** A setting that is nobody's to see: of its value nothing is ever shown, only that there is one. */
export const concealed = <S extends v.GenericSchema>(schema: S): S =>
  v.pipe(schema, v.metadata({ secret: true })) as unknown as S

const yes = ['true', '1', 'yes', 'on']
const no = ['false', '0', 'no', 'off']

/** A text of which everybody may see what it is, whoever brought the plugin. */
export const shown = <S extends v.GenericSchema>(schema: S): S =>
  v.pipe(schema, v.metadata({ secret: false })) as unknown as S

/** A switch: a boolean, or one of true/false, 1/0, yes/no, on/off. */
export const flag = () =>
  v.pipe(
    v.union([v.boolean(), v.string()]),
    v.check(
      value => typeof value === 'boolean' || [...yes, ...no].includes(value.trim().toLowerCase()),
      'expected true or false',
    ),
    v.transform(value => (typeof value === 'boolean' ? value : yes.includes(value.trim().toLowerCase()))),
  )

/** JSON, say, or what some read out of an `.env` with the quotes that stand there. */
const isDressed = (text: string): boolean => /^\s*\[|^\s*"|^\s*'/.test(text)

/** A list: an array, or a string with commas. Blanks are dropped. */
export const csv = () =>
  v.pipe(
    v.union([v.array(v.string()), v.string()]),
    v.check(
      value => typeof value !== 'string' || !isDressed(value),
      'expected a list such as one,two without brackets and quotes',
    ),
    v.transform(value =>
      (typeof value === 'string' ? value.split(',') : value)
        .map(item => item.trim())
        .filter(item => item !== ''),
    ),
  )

const NO_WHOLE = 'expected a whole number'

/** A whole number between `min` and `max`. */
export const whole = (min: number, max: number) =>
  v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.trim(), v.regex(/^\d+$/, NO_WHOLE), v.transform(Number))],
      NO_WHOLE,
    ),
    v.integer(NO_WHOLE),
    v.minValue(min, `expected at least ${min}`),
    v.maxValue(max, `expected at most ${max}`),
  )

const sizes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** A size in bytes: a number, or `10M`, `512k`, `1G` (powers of 1024; a `B` or `iB` behind it changes nothing). */
export const bytes = () => scaled('size', /^(\d+)\s*([kmg]?)(?:i?b)?$/i, sizes, 'expected a size such as 10M')

const times: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A time in milliseconds: seconds as a bare number, or `500ms`, `30s`, `10m`, `1h`, `90d`. */
export const duration = () => scaled('time', /^(\d+)\s*(ms|s|m|h|d|)$/i, times, 'expected a time such as 30s')

/** Milliseconds as `duration` takes them, in the largest unit of which they are a whole number: `30m`. */
export function spellDuration(ms: number): string {
  const [unit, size] = Object.entries(times).findLast(([unit, size]) => unit !== '' && ms % size === 0) ?? [
    'ms',
    1,
  ]
  return `${ms / size}${unit}`
}

/**
 * How long something is kept before it is thrown away, in milliseconds: as `duration`, but never a bare number. Who writes
 * 90 means days, and would be left with 90 seconds.
 */
export const retention = () =>
  v.pipe(
    v.union([v.number(), v.string()]),
    v.check(
      value => Number(value) === 0 || Number.isNaN(Number(value)),
      'expected a time with its unit, such as 90d',
    ),
    duration(),
  )

const scaled = (
  unit: 'size' | 'time',
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  message: string,
) =>
  v.pipe(
    v.union([v.number(), v.string()]),
    v.transform(value => pattern.exec(String(value).trim())),
    v.check(match => match !== null, message),
    v.transform(match => Number(match?.[1]) * (units[(match?.[2] ?? '').toLowerCase()] ?? 1)),
    v.safeInteger(message),
    v.metadata({ unit }),
  )

/** A string that must not be blank. */
export const text = () => v.pipe(v.string(), v.trim(), v.nonEmpty('expected a value, it is empty'))

/** A key that an operator makes up, and whoever has it may come in: no shorter than what nobody guesses at once. */
export const chosenKey = () =>
  concealed(
    v.pipe(
      v.string(),
      v.trim(),
      v.minLength(8, 'expected at least 8 characters'),
      v.regex(/^[\x21-\x7e]+$/, 'expected printable ASCII characters without spaces'),
    ),
  )

/** What a variable spells as a JSON array, of which `example` is one. */
export function jsonArray<I, O>(item: v.GenericSchema<I, O>, example: string) {
  const expected = `expected a JSON array such as ${example}`
  return v.pipe(v.string(), v.parseJson(undefined, expected), v.array(item, expected))
}

/** Names of the environment variables that fill one field of a plugin's settings; the first that is set wins. */
export type EnvNames = Readonly<Record<string, readonly string[]>>

/** Where in the config file settings stand that are no section of their own. */
export interface FileSection {
  /** In snake_case: `providers`. */
  readonly section: string
  /** The field that the section, or this plugin's part of it, is the value of. */
  readonly field: string
  /** Set where plugins share the section: a map whose entries name their `type`; this plugin gets those of this one. */
  readonly type?: string
  /** Other names that other gateways have for this type, in kebab-case: for who imports their configuration. */
  readonly knownAs?: readonly string[]
}

/** A moment as people write it, for queries; milliseconds since 1970. */
export const moment = () =>
  v.pipe(
    v.string(),
    v.isoTimestamp('expected a time such as 2027-01-31T12:00:00Z'),
    v.transform(text => Date.parse(text)),
  )
