/** Reading values of unknown shape: answers of another version, files of another gateway. */

export type Values = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const mapOf = (value: unknown): Values => (isMap(value) ? value : {})
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const mapsOf = (value: unknown): readonly Values[] => listOf(value).filter(isMap)
export const textsOf = (value: unknown): readonly string[] =>
  listOf(value).filter(item => typeof item === 'string')

/** For people; empty for what is not there. */
export const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

/** A string with something in it. */
export const wordOf = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && String(value).trim() !== ''
    ? String(value).trim()
    : undefined
