import { DURATIONS, FIRST_BYTES, type Histogram, samplesOf } from './histogram.ts'
import type { Family, Sample } from './model.ts'
import { KINDS, type Row, type Rows } from './rows.ts'

/** What calls have left, as families. */
export function familiesOf(rows: Rows): Family[] {
  const each = (read: (row: Row) => Iterable<Sample>) => () => [...rows.all()].flatMap(row => [...read(row)])
  const histogram = (
    name: string,
    help: string,
    { bounds, of }: { bounds: readonly number[]; of: (row: Row) => Histogram | undefined },
  ): Family => ({
    name,
    help,
    type: 'histogram',
    read: each(row => {
      const found = of(row)
      return found === undefined ? [] : samplesOf(name, found, { bounds, labels: { ...row.labels } })
    }),
  })
  return [
    {
      name: 'modelway_requests_total',
      help: 'Calls that have ended, refused ones too',
      type: 'counter',
      read: each(({ labels, calls }) => [{ labels: { ...labels }, value: calls }]),
    },
    {
      name: 'modelway_errors_total',
      help: 'Calls that ended in an error, by its code; a stream may break behind a status of 200',
      type: 'counter',
      read: each(({ labels, errors }) =>
        [...errors].map(([code, value]) => ({ labels: { ...labels, code }, value })),
      ),
    },
    histogram('modelway_request_duration_seconds', 'From the start of a call to its last byte', {
      bounds: DURATIONS,
      of: row => row.durations,
    }),
    histogram(
      'modelway_time_to_first_token_seconds',
      'From the start of a call to the first byte of its stream, but for stored answers',
      {
        bounds: FIRST_BYTES,
        of: row => row.firstBytes,
      },
    ),
    {
      name: 'modelway_tokens_total',
      help: 'Tokens that providers reported; kinds are disjoint, their sum is what was counted there',
      type: 'counter',
      read: each(({ labels, tokens }) =>
        tokens.flatMap((value, i) =>
          value === 0 ? [] : [{ labels: { ...labels, kind: KINDS[i]![0] }, value }],
        ),
      ),
    },
    {
      name: 'modelway_cost_usd_total',
      help: 'What calls cost in US dollars, from the first scrape on, where the price is known',
      type: 'counter',
      read: each(({ labels, dollars, priced }) =>
        priced === 0 ? [] : [{ labels: { ...labels }, value: dollars }],
      ),
    },
    {
      name: 'modelway_unpriced_total',
      help: 'Answers with tokens and without a known price, from the first scrape on',
      type: 'counter',
      read: each(({ labels, unpriced }) =>
        unpriced === 0 ? [] : [{ labels: { ...labels }, value: unpriced }],
      ),
    },
    {
      name: 'modelway_metrics_overflow_total',
      help: 'Calls that are counted as "other", because METRICS_SERIES_LIMIT is reached',
      type: 'counter',
      read: () => [{ labels: {}, value: rows.overflown() }],
    },
  ]
}
