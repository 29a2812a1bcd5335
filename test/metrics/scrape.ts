/** A reader of Prometheus' text format, strict enough to notice what Prometheus would refuse. */

export interface Line {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
export interface Scrape {
  readonly lines: readonly Line[]
  readonly types: ReadonlyMap<string, string>
  /** The sum over all lines that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number
  find(name: string, labels?: Readonly<Record<string, string>>): readonly Line[]
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/

export function parseScrape(text: string): Scrape {
  const lines: Line[] = []
  const types = new Map<string, string>()
  const seen = new Set<string>()
  if (!text.endsWith('\n')) throw new Error('The last line has no end')
  for (const row of text.split('\n')) {
    if (row === '' || row.startsWith('# HELP ')) continue
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(row)
    if (type) {
      if (types.has(type[1]!)) throw new Error(`Told twice: ${row}`)
      types.set(type[1]!, type[2]!)
      continue
    }
    const match = line.exec(row)
    if (match === null) throw new Error(`Not a line: ${row}`)
    const [, name = '', inner = '', number = ''] = match
    const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
    if (Number.isNaN(value)) throw new Error(`Not a number: ${row}`)
    const labels = Object.fromEntries(
      [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [
        key,
        text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
      ]),
    )
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`
    if (seen.has(key)) throw new Error(`Twice the same series: ${row}`)
    seen.add(key)
    if (!types.has(name) && !types.has(name.replace(/_(?:bucket|sum|count)$/, '')))
      throw new Error(`Without a type: ${row}`)
    lines.push({ name, labels, value })
  }
  const find: Scrape['find'] = (name, labels = {}) =>
    lines.filter(
      found =>
        found.name === name &&
        Object.entries(labels).every(([label, value]) => (found.labels[label] ?? '') === value),
    )
  return {
    lines,
    types,
    find,
    sum: (name, labels) => find(name, labels).reduce((sum, { value }) => sum + value, 0),
  }
}
