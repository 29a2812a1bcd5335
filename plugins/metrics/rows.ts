import { createHistogram, DURATIONS, FIRST_BYTES, type Histogram, linesOf, observe } from './histogram.ts'

/** What tells rows apart. All of it is bounded: by the configuration, by tables of ours, or by the limit on lines. */
export interface Labels {
  readonly provider: string
  readonly model: string
  readonly endpoint: string
  readonly status_class: string
  readonly stream: 'true' | 'false'
  /** Only of copies that go to mirrors: `mirror=""` leaves them out. */
  readonly mirror?: 'true'
  /** Only where the operator asks for it. */
  readonly user_path?: string
}

/** Everything that is counted of calls with the same labels: one look-up for each call, not one for each metric. */
export interface Row {
  readonly labels: Labels
  calls: number
  readonly durations: Histogram
  firstBytes: Histogram | undefined
  /** By kind, in the order of `KINDS`. */
  readonly tokens: number[]
  dollars: number
  priced: number
  unpriced: number
  /** By code. */
  readonly errors: Map<string, number>
}

/** Kinds of tokens, as labels; each is a field of `Usage`. Disjoint: their sum is what the provider counted. */
export const KINDS = [
  ['input', 'input'],
  ['cache_read', 'cacheRead'],
  ['cache_write', 'cacheWrite'],
  ['cache_write_1h', 'cacheWriteHour'],
  ['audio_input', 'audioInput'],
  ['image_input', 'imageInput'],
  ['output', 'output'],
  ['reasoning', 'reasoning'],
  ['audio_output', 'audioOutput'],
  ['image_output', 'imageOutput'],
] as const

/** What stands in the place of values for which there is no room. */
export const OTHER = 'other'

export interface Rows {
  /** The row of these labels, or the one that takes those for which there is no room. */
  of(labels: Labels): Row
  all(): Iterable<Row>
  /** A call without a code left no error; this one did. */
  fail(row: Row, code: string): void
  /** Makes room for the times of first bytes when there are any. */
  firstByte(row: Row, seconds: number): void
  /** Calls whose labels found no room. */
  overflown(): number
  /** From now on another number of lines. Rows that are there stay: a counter does not go back. */
  bound(limit: number, onFull: () => void): void
}

/** Lines that a row takes: calls and durations; where it was answered also tokens and cost; in a stream first bytes. */
const linesFor = ({ status_class, stream }: Labels): number => {
  if (status_class !== '2xx') return 1 + linesOf(DURATIONS) + 1
  return 1 + linesOf(DURATIONS) + 8 + (stream === 'true' ? linesOf(FIRST_BYTES) : 0)
}
/** From here on (shares of the limit) names of models and paths are not told apart any more, then nothing but the outcome. */
const FULL = 0.7
const PACKED = 0.85

/**
 * Rows by their labels, at most `limit` lines of them. Beyond it they do not vanish, but are counted as `other`: sums
 * over all rows stay right.
 */
export function createRows(limit: number, onFull: () => void = () => {}): Rows {
  let isTold = false
  /** By what tells most of them apart; the few behind one name are compared. */
  const rows = new Map<string, Row[]>()
  let lines = 0
  let overflown = 0

  const find = (labels: Labels): Row | undefined =>
    rows.get(keyOf(labels))?.find(row => isSame(row.labels, labels))

  function make(labels: Labels): Row {
    const row: Row = {
      labels,
      calls: 0,
      durations: createHistogram(DURATIONS),
      firstBytes: undefined,
      tokens: new Array<number>(KINDS.length).fill(0),
      dollars: 0,
      priced: 0,
      unpriced: 0,
      errors: new Map(),
    }
    const others = rows.get(keyOf(labels))
    if (others === undefined) rows.set(keyOf(labels), [row])
    else others.push(row)
    lines += linesFor(labels)
    return row
  }

  /** The labels with less in them, as much as there is room for. */
  function squeeze(labels: Labels): Labels {
    overflown++
    if (!isTold) onFull()
    isTold = true
    const squeezed = { ...labels, model: OTHER, ...(labels.user_path !== undefined && { user_path: OTHER }) }
    if (lines < limit * PACKED || find(squeezed) !== undefined) return squeezed
    return { ...squeezed, provider: OTHER, endpoint: OTHER }
  }

  return {
    of(labels) {
      const found = find(labels)
      if (found !== undefined) return found
      if (lines < limit * FULL) return make(labels)
      const squeezed = squeeze(labels)
      return find(squeezed) ?? make(squeezed)
    },
    all: () => [...rows.values()].flat(),
    fail(row, code) {
      const count = row.errors.get(code)
      if (count === undefined) lines++
      row.errors.set(code, (count ?? 0) + 1)
    },
    firstByte(row, seconds) {
      row.firstBytes ??= createHistogram(FIRST_BYTES)
      observe(row.firstBytes, FIRST_BYTES, seconds)
    },
    overflown: () => overflown,
    bound(next, tell) {
      // What was said of a limit holds until there is another one.
      isTold &&= next === limit
      limit = next
      onFull = tell
    },
  }
}

/** What tells most rows apart. */
const keyOf = ({ model, user_path }: Labels): string =>
  user_path === undefined ? model : `${user_path}\n${model}`

const isSame = (a: Labels, b: Labels): boolean =>
  a.endpoint === b.endpoint &&
  a.status_class === b.status_class &&
  a.stream === b.stream &&
  a.mirror === b.mirror &&
  a.provider === b.provider &&
  a.user_path === b.user_path &&
  a.model === b.model
