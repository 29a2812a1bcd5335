import { count } from '../../../views/format.ts'

/** A value in words, as a line of the config file would hold it. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value.join(', ')
  if (Array.isArray(value)) return count(value.length, 'entry', 'entries')
  return JSON.stringify(value)
}

/** Text that a YAML reader could take for something else. */
const PLAIN = /^[A-Za-z/][\w./-]*$|^\d+(?:ms|[smhdkMG])$/
const WORDS = /^(?:true|false|null|yes|no|on|off)$/i

/** A value as YAML writes it in one line. */
export function toYaml(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !WORDS.test(value)) return value
  return Array.isArray(value) ? `[${value.map(toYaml).join(', ')}]` : JSON.stringify(value)
}

/** A value as a variable spells it, quoted for a shell where that is needed. */
export function toVariable(value: unknown): string {
  const text =
    Array.isArray(value) && value.every(item => typeof item === 'string') ? value.join(',') : textOf(value)
  return /^[\w./:@%+,=-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** `access.enabled_by_default` and `true`, as lines below one another. */
export const toLines = (path: string, value: string): string =>
  path
    .split('.')
    .map(
      (step, depth, { length }) => `${'  '.repeat(depth)}${step}:${depth === length - 1 ? ` ${value}` : ''}`,
    )
    .join('\n')
