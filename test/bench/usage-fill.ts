import { Database } from 'bun:sqlite'
import { SPANS } from '../../plugins/usage/model.ts'
import { openDatabase } from '../../src/database/open.ts'

/** A database as a gateway leaves it that has answered so many calls, 25,000 a day. */

export const DAY = 86_400_000
const PER_DAY = 25_000
const STEP = 250_000
/** Roll-ups by the minute are filled for so many days: queries look up a span first, so older ones cost disk only. */
const MINUTE_DAYS = 31

const migrations = new URL('../../drizzle', import.meta.url).pathname
/** Two tables, and how they are filled from roll-ups that are there. */
const TARGETS = `${migrations}/0006_usage_targets.sql`

/** Returns when the first call was made. */
export async function fill(file: string, rows: number, end: number): Promise<number> {
  const opened = await openDatabase(`file:${file}`)
  await opened.migrate(migrations)
  opened.close()
  const db = new Database(file)
  db.run('pragma journal_mode = wal')
  db.run('pragma synchronous = off')
  db.run('pragma cache_size = -262144')
  db.run('pragma temp_store = file')
  const start = end - (rows / PER_DAY) * DAY
  const indexes = db
    .query<{ name: string; sql: string }, []>(
      "select name, sql from sqlite_master where type = 'index' and tbl_name = 'usage_records' and sql is not null and name <> 'usage_records_id_unique'",
    )
    .all()
  for (const { name } of indexes) db.run(`drop index ${name}`)
  for (let first = 0; first < rows; first += STEP) {
    db.prepare(RECORDS).run({
      $first: first,
      $last: Math.min(first + STEP, rows),
      $start: start,
      $gap: DAY / PER_DAY,
    })
    db.run('pragma wal_checkpoint(truncate)')
  }
  for (const { sql } of indexes) db.run(sql)
  db.run(GROUPS)
  for (const span of Object.values(SPANS)) {
    const since = span === SPANS.minute ? Math.max(start, end - MINUTE_DAYS * DAY) : start
    // A month at a time: what has to be sorted stays small.
    const month = Math.ceil((31 * DAY) / span) * span
    for (let from = Math.floor(since / span) * span; from < end; from += month) {
      const values = { $span: span, $since: from, $until: from + month }
      db.prepare(ROLLUPS).run(values)
      for (const kind of ['total', 'first'] as const) db.prepare(latencies(kind)).run(values)
      db.run('pragma wal_checkpoint(truncate)')
    }
  }
  const targets = (await Bun.file(TARGETS).text()).replace('INTO `usage_target_rollups`', `$& (${SUMS})`)
  const [, , ...statements] = targets.split('--> statement-breakpoint')
  for (const statement of statements) db.run(statement)
  db.run('pragma wal_checkpoint(truncate)')
  db.close()
  return start
}

/** Some callers and some models make most of the calls. */
const RECORDS = `
  with recursive n(i) as (select $first union all select i + 1 from n where i + 1 < $last),
  u as materialized (select i, (abs(random()) % 1000000) / 1e6 a, (abs(random()) % 1000000) / 1e6 b, (abs(random()) % 1000000) / 1e6 c from n),
  v as (select i, c, cast(60 * a * a * a as integer) k, cast(20 * b * b as integer) m from u)
  insert into usage_records (id, request_id, part, at, key_id, user_path, labels, session, dialect, operation, asked,
    virtual_model, chain, strategy, pick, provider, provider_type, model, attempts, status, code, streamed, first_byte_ms,
    total_ms, finish, hung_up, input, cache_read, cache_write, output, reasoning, billing, batch, cost_nano,
    price_source, price_version)
  select printf('%08x-0000-4000-8000-%012x', i, i), printf('%08x-0000-4000-8000-%012x', i, i), 0,
    cast($start + i * $gap as integer), 'key_' || k, '/org/team-' || (k / 6) || '/service-' || k,
    '{"team":"t' || (k / 6) || '"}', 'session-' || (i / 8), 'openai-chat', 'chat', 'virtual-' || (m / 2),
    'virtual-' || (m / 2), '["virtual-' || (m / 2) || '"]', 'round_robin', 'strategy',
    'provider-' || (m % 2), 'openai', 'model-' || m,
    '[{"provider":"provider-' || (m % 2) || '","model":"model-' || m || '","status":200,"code":null,"ms":350}]',
    case when c < 0.02 then 502 else 200 end, case when c < 0.02 then 'upstream_error' end, c > 0.4,
    cast(200 + 800 * c as integer), cast(900 + 9000 * c * c * c as integer), 'stop', c > 0.99,
    cast(300 + 4000 * c as integer), cast(1000 * c as integer), 0, cast(50 + 900 * c as integer), 0, 'exact', 0,
    case when m <> 7 then cast(1000000 + 9000000 * c as integer) end, 'bundled', 'genai-prices@0.1.8'
  from v`

const GROUPS = `insert into usage_groups (virtual_model, provider, model, user_path, key_id)
  select distinct virtual_model, provider, model, user_path, key_id from usage_records`

const JOINED = `from usage_records r join usage_groups g on g.virtual_model = r.virtual_model and g.provider = r.provider
  and g.model = r.model and g.user_path = r.user_path and g.key_id = r.key_id
  where r.at >= $since and r.at < $until`

/** Columns that came later have a default. */
const SUMS = `span, at, group_id, calls, errors, hang_ups, streams, attempts, input, cache_read, cache_write, cache_write_hour,
  audio_input, image_input, output, reasoning, audio_output, image_output, unknown, estimated, cost_nano, cost_squares,
  priced, unpriced, total_ms, first_byte_ms`

const ROLLUPS = `insert into usage_rollups (${SUMS}) select $span, r.at / $span * $span a, g.id, count(*),
    sum(r.code is not null and r.code <> 'client_closed'), sum(r.hung_up), sum(r.streamed), count(*), sum(r.input), sum(r.cache_read), 0, 0, 0, 0,
    sum(r.output), 0, 0, 0, 0, 0, coalesce(sum(r.cost_nano), 0), coalesce(sum((r.cost_nano / 1e9) * (r.cost_nano / 1e9)), 0.0), count(r.cost_nano),
    sum(r.cost_nano is null), sum(case when r.code is null then r.total_ms else 0 end),
    sum(case when r.code is null then r.first_byte_ms else 0 end)
  ${JOINED} group by a, g.id`

/** The bins of \`histogram.ts\`. */
const latencies = (kind: 'total' | 'first'): string => {
  const ms = kind === 'total' ? 'r.total_ms' : 'r.first_byte_ms'
  return `insert into usage_latencies select $span, r.at / $span * $span a, g.id, '${kind}',
      cast(log2(${ms}) * 4 + 1e-9 as integer) + 1 b, count(*)
    ${JOINED} and r.code is null ${kind === 'first' ? 'and r.streamed' : ''} group by a, g.id, b`
}
