import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { AttemptLine, Billing, Pick } from './model.ts'

/**
 * One line per call, written once and never changed but for its price. A failed try that has cost tokens all the same
 * has a line of its own, with `part` > 0, and so has what a batch used, and each answer of a conversation. Null means
 * "not known", which is not zero. README.md tells how to ask.
 */
export const usageRecords = sqliteTable(
  'usage_records',
  {
    /** Grows in the order in which lines were written; what pages go by. */
    no: integer().primaryKey({ autoIncrement: true }),
    /**
     * The id of the call; `<id>:<n>` for what its n-th try has cost, `<id>:batch` and `<id>:batch:<n>` for the batch that
     * it started; `<id>:answer:<n>` for the n-th answer of a conversation, `<id>:mirror` for the copy that went to a mirror:
     * all of a call stand between `<id>` and `<id>;`.
     */
    id: text().notNull().unique(),
    /** The id of the call, as `x-request-id` tells it. */
    requestId: text('request_id').notNull(),
    /**
     * 0 is the call itself; n > 0 its n-th try, which failed, or, where it has no code, what the batch used that it
     * started, or the n-th answer of a conversation: to be added to tokens and cost, not to the calls.
     */
    part: integer().notNull(),
    /** When the call arrived (milliseconds since 1970). */
    at: integer().notNull(),
    /** The key's id, `master` or `open`; null when nobody knows who called. */
    keyId: text('key_id'),
    userPath: text('user_path'),
    /** Labels of the key. */
    labels: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    /** What ties calls together: what the client names, or a hash where it names nothing. */
    session: text(),
    /** The language of the client: `openai-chat`. */
    dialect: text().notNull(),
    /** What was asked for: `chat`, `embeddings`, … */
    operation: text().notNull(),
    /** The model as the client named it. */
    asked: text(),
    /** The redirect that the client named; null when it named the model itself. */
    virtualModel: text('virtual_model'),
    /** All redirects on the way, outermost first. */
    chain: text({ mode: 'json' }).$type<readonly string[]>(),
    /** Strategy of the redirect that the client named, where there was a choice. */
    strategy: text(),
    /** Why this target served, where there was a choice. */
    pick: text().$type<Pick>(),
    /** Who served, or was tried last; null when nobody was asked. */
    provider: text(),
    /** The adapter of the provider; prices go by it. */
    providerType: text('provider_type'),
    model: text(),
    /** Every try, in order. */
    attempts: text({ mode: 'json' }).$type<readonly AttemptLine[]>(),
    /** The HTTP status that the client got. */
    status: integer().notNull(),
    /** The gateway's error code; null for an answer that came to its end. */
    code: text(),
    streamed: integer({ mode: 'boolean' }).notNull(),
    /** Milliseconds from the start to the first byte of the answer. */
    firstByteMs: integer('first_byte_ms'),
    /** Milliseconds from the start to the last byte. */
    totalMs: integer('total_ms').notNull(),
    /** Of these, milliseconds that it waited for room; null where it did not. */
    queuedMs: integer('queued_ms'),
    /** Why the model stopped, in the words of the dialect. */
    finish: text(),
    /** The client did not wait for the end. */
    hungUp: integer('hung_up', { mode: 'boolean' }).notNull(),

    /** Tokens. The parts are disjoint; null for one that is not known or not told apart. */
    input: integer(),
    cacheRead: integer('cache_read'),
    /** Written to a cache that lives for five minutes, or for as long as the provider does not say. */
    cacheWrite: integer('cache_write'),
    cacheWriteHour: integer('cache_write_hour'),
    audioInput: integer('audio_input'),
    imageInput: integer('image_input'),
    /** Output without reasoning. */
    output: integer(),
    reasoning: integer(),
    audioOutput: integer('audio_output'),
    imageOutput: integer('image_output'),
    /** How the tokens are known; null when they are not. */
    billing: text().$type<Billing>(),
    /** Nobody was asked: the answer was stored. `provider` and `model` are who gave it when it was new. */
    cached: integer({ mode: 'boolean' }).notNull().default(false),
    /** A copy of the call of this `request_id`, of which its caller knows nothing: see the plugin `mirror`. */
    mirrored: integer({ mode: 'boolean' }).notNull().default(false),
    /** How alike the question was to which a stored answer was first given; null where it was the same. */
    similarity: real(),
    /** What a stored answer would have cost, in nano-dollars; null when that is not known, or it was not stored. */
    savedNano: integer('saved_nano'),
    /** Billed as batches are. */
    batch: integer({ mode: 'boolean' }).notNull(),
    /** Why it does not have the usual price, as `terms` of `Usage`; null where it has. */
    terms: text(),
    /** What the provider itself said that it cost, in nano-dollars. */
    reportedNano: integer('reported_nano'),
    /** 0.000000001 US dollars; null when tokens or price are not known. */
    costNano: integer('cost_nano'),
    /** `PriceSource` of the plugin `prices`. */
    priceSource: text('price_source'),
    priceVersion: text('price_version'),
  },
  table => [
    index('usage_records_at').on(table.at),
    index('usage_records_key').on(table.keyId, table.at),
    index('usage_records_path').on(table.userPath, table.at),
    index('usage_records_virtual').on(table.virtualModel, table.at),
    index('usage_records_model').on(table.model, table.at),
    index('usage_records_session').on(table.session, table.at),
    index('usage_records_code').on(table.code, table.at),
  ],
)

/**
 * What roll-ups are told apart by: every combination that has occurred, once. An empty text stands for null, so that
 * combinations can be unique.
 */
export const usageGroups = sqliteTable(
  'usage_groups',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    virtualModel: text('virtual_model').notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    userPath: text('user_path').notNull(),
    keyId: text('key_id').notNull(),
    /** Copies of calls are never added to calls. */
    mirrored: integer({ mode: 'boolean' }).notNull().default(false),
  },
  table => [
    uniqueIndex('usage_groups_all').on(
      table.virtualModel,
      table.provider,
      table.model,
      table.userPath,
      table.keyId,
      table.mirrored,
    ),
  ],
)

const sumColumns = {
  /** Length in milliseconds: one of `SPANS`. */
  span: integer().notNull(),
  /** Where it begins (milliseconds since 1970); a multiple of `span`. */
  at: integer().notNull(),
  groupId: integer('group_id').notNull(),
  /** Calls, refused ones too; lines of failed tries are not counted here. */
  calls: integer().notNull(),
  /** Calls that failed, but for hang-ups. */
  errors: integer().notNull(),
  hangUps: integer('hang_ups').notNull(),
  streams: integer().notNull(),
  attempts: integer().notNull(),

  // Sums of what is known. `unknown` tells of how many lines nothing is.
  input: integer().notNull(),
  cacheRead: integer('cache_read').notNull(),
  cacheWrite: integer('cache_write').notNull(),
  cacheWriteHour: integer('cache_write_hour').notNull(),
  audioInput: integer('audio_input').notNull(),
  imageInput: integer('image_input').notNull(),
  output: integer().notNull(),
  reasoning: integer().notNull(),
  audioOutput: integer('audio_output').notNull(),
  imageOutput: integer('image_output').notNull(),
  /** Lines whose tokens are not known. */
  unknown: integer().notNull(),
  /** Lines whose tokens are estimated, all or in part. */
  estimated: integer().notNull(),

  costNano: integer('cost_nano').notNull(),
  /** Sum of the squares of the costs, in dollars²: for confidence intervals, nothing else. */
  costSquares: real('cost_squares').notNull(),
  /** Lines with a cost, which averages are over. */
  priced: integer().notNull(),
  /** Lines with tokens and without a price. */
  unpriced: integer().notNull(),
  /** Calls that got a stored answer. */
  hits: integer().notNull().default(0),
  /** What those would have cost, as far as it is known. */
  savedNano: integer('saved_nano').notNull().default(0),

  /** Milliseconds, over all answered calls. */
  totalMs: integer('total_ms').notNull(),
  /** Milliseconds, over all calls with a first byte. */
  firstByteMs: integer('first_byte_ms').notNull(),
}

/**
 * Sums over a minute, an hour, a day or a week (UTC) of one combination. Written in the transaction that writes the
 * records.
 */
export const usageRollups = sqliteTable('usage_rollups', sumColumns, table => [
  primaryKey({ columns: [table.span, table.at, table.groupId] }),
])

/**
 * The same without path and key, which its groups leave empty: there may be any number of callers, and most questions do
 * not ask for them.
 */
export const usageTargetRollups = sqliteTable('usage_target_rollups', sumColumns, table => [
  primaryKey({ columns: [table.span, table.at, table.groupId] }),
])

const binColumns = {
  span: integer().notNull(),
  at: integer().notNull(),
  groupId: integer('group_id').notNull(),
  /** `total`: to the last byte. `first`: to the first byte of a stream. */
  kind: text().$type<'total' | 'first'>().notNull(),
  /** Its number: see `boundsOf` in `src/base/histogram.ts`. */
  bin: integer().notNull(),
  count: integer().notNull(),
}

/**
 * How many answered calls took how long, as histograms with bins of growing width (`src/base/histogram.ts`). Rows instead of a
 * blob: the database adds them up over any period and any grouping.
 */
export const usageLatencies = sqliteTable('usage_latencies', binColumns, table => [
  primaryKey({ columns: [table.span, table.at, table.groupId, table.kind, table.bin] }),
])

/** The same without path and key. */
export const usageTargetLatencies = sqliteTable('usage_target_latencies', binColumns, table => [
  primaryKey({ columns: [table.span, table.at, table.groupId, table.kind, table.bin] }),
])
