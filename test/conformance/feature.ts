/** One thing that a client can say, as fields of its body. */
export interface Feature {
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  /** What is said with it; the difference is the feature. */
  readonly beside?: Readonly<Record<string, unknown>>
}

export const PDF = btoa('%PDF-1.4 a page')
export const hello = 'Where does it go?'
export const entries = (
  rows: Readonly<Record<string, Feature['fields'] | readonly [Feature['fields'], Feature['fields']]>>,
): Feature[] =>
  Object.entries(rows).map(([name, row]) =>
    Array.isArray(row)
      ? { name, fields: row[0], beside: row[1] }
      : { name, fields: row as Feature['fields'] },
  )
