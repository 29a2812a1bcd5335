import * as v from 'valibot'
import { isTimeZone } from '../../../src/base/calendar.ts'
import { scopeInput, toModels, toPath } from '../../../src/scope/input.ts'
import { type Limit, windows } from '../model.ts'
import {
  fromWaiting,
  hasRoomToWaitFor,
  isNoTool,
  isWaitedFor,
  toWaiting,
  waitEntries,
} from '../queue/input.ts'

const DOLLARS = 1e9
/** Nano-dollars above this are no whole numbers any more. */
const DEAREST = 9_000_000

const count = (what: string) =>
  v.pipe(
    v.number(),
    v.integer('expected a whole number'),
    v.minValue(1, `expected at least 1: to close models use an access policy`),
    v.maxValue(1e15, 'expected at most 1000000000000000'),
    v.description(what),
  )

/** `/` is every tool, `server/` all of a server, `server/tool` one of them. */
const TOOL = /^(?:[A-Za-z0-9-]+\/.*|\/)$/

const orNull = <S extends v.GenericSchema>(schema: S) => v.optional(v.nullable(schema))

/** The fields of a limit. */
export const entries = {
  ...scopeInput,
  tools: orNull(
    v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.maxLength(512, 'expected at most 512 characters'),
          v.regex(
            TOOL,
            'expected "/", "server/" or "server/tool", by the names of MCP servers and their tools',
          ),
        ),
      ),
      v.minLength(1, 'expected at least one; leave it out where models are limited'),
      v.maxLength(1000, 'expected at most 1000'),
      v.description(
        'Tools of MCP servers (`/`, `server/`, `server/tool`): their calls are limited, and no models. Takes `requests`, `cost_usd` and `concurrent`',
      ),
    ),
  ),
  each: v.optional(
    v.pipe(
      v.nullable(v.picklist(['key', 'user_path'], 'expected "key", "user_path" or null')),
      v.description('Who has this room for itself: each key, or each user path. Null: all share it'),
    ),
    null,
  ),
  per: v.optional(
    v.pipe(
      v.picklist(windows, `expected one of ${windows.join(', ')}`),
      v.description('A stretch of the clock; a week begins on Monday'),
    ),
    'minute',
  ),
  time_zone: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(64, 'expected at most 64 characters'),
      v.check(isTimeZone, 'expected a time zone such as Europe/Zurich'),
      v.description('Windows begin by its clocks: `Europe/Zurich`'),
    ),
    'UTC',
  ),
  requests: orNull(count('Calls that reach a provider')),
  tokens: orNull(count('Input and output, cached or not')),
  cost_usd: orNull(
    v.pipe(
      v.number(),
      v.minValue(1e-9, 'expected more than 0'),
      v.maxValue(DEAREST, `expected at most ${DEAREST}`),
      v.description('US dollars'),
    ),
  ),
  concurrent: orNull(count('Calls at the same time')),
  ...waitEntries,
  unpriced: v.optional(
    v.pipe(
      v.picklist(['allow', 'refuse'], 'expected "allow" or "refuse"'),
      v.description('What becomes of calls whose price is not known, where cost is limited'),
    ),
    'allow',
  ),
}

export const isLimit = <
  T extends Partial<Record<'requests' | 'tokens' | 'cost_usd' | 'concurrent', unknown>>,
>() =>
  v.check<T, string>(
    ({ requests, tokens, cost_usd, concurrent }) =>
      [requests, tokens, cost_usd, concurrent].some(most => most != null),
    'it limits nothing: set "requests", "tokens", "cost_usd" or "concurrent"',
  )

type Named = Partial<Record<'models' | 'tools' | 'tokens', unknown>>

/** Tools are no models, and take no tokens. */
export const isOfOneKind = <T extends Named>() =>
  v.check<T, string>(
    ({ models, tools }) => models == null || tools == null,
    'it speaks of models or of tools: leave out "models" or "tools"',
  )
export const isCountable = <T extends Named>() =>
  v.check<T, string>(
    ({ tools, tokens }) => tools == null || tokens == null,
    'calls of tools have no tokens: leave out "tokens" or "tools"',
  )

/** What `PUT /admin/limits/:name` takes. */
export const limitInput = v.pipe(
  v.strictObject(entries),
  isLimit(),
  isOfOneKind(),
  isCountable(),
  hasRoomToWaitFor(),
  isWaitedFor(),
  isNoTool(),
)
export type LimitInput = v.InferOutput<typeof limitInput>

/** What is stored, and what history keeps: the input as it was understood. */
export type LimitState = LimitInput

interface Facts {
  readonly version: number
  readonly declaredIn?: string
}

/** Throws a refusal where the user path is none. */
export function toLimit(name: string, state: LimitState, { version, declaredIn }: Facts): Limit {
  const { description, enabled, user_path, each, models, tools, per } = state
  const { requests, tokens, cost_usd, concurrent } = state
  return {
    name,
    description,
    enabled,
    userPath: toPath(user_path),
    each: each ?? 'all',
    per,
    // States that are older than this field have none.
    timeZone: state.time_zone ?? 'UTC',
    unpriced: state.unpriced,
    version,
    ...toModels(models),
    ...(tools != null && { tools: new Set(tools) }),
    ...(requests != null && { requests }),
    ...(tokens != null && { tokens }),
    ...(cost_usd != null && { cost: Math.round(cost_usd * DOLLARS) }),
    ...(concurrent != null && { concurrent }),
    ...toWaiting(state),
    ...(declaredIn !== undefined && { declaredIn }),
  }
}

/** A limit as an operator writes it: all that is set, and nothing else. */
export function toState({ name: _, declaredIn: _declared, version: _version, ...limit }: Limit): LimitState {
  const { userPath, each, models, tools, timeZone, cost, requests, tokens, concurrent, ...others } = limit
  const { wait: _wait, queue: _queue, first: _first, ...rest } = others
  return {
    ...rest,
    user_path: userPath,
    each: each === 'all' ? null : each,
    models: models === undefined ? null : [...models],
    ...(tools !== undefined && { tools: [...tools] }),
    time_zone: timeZone,
    requests: requests ?? null,
    tokens: tokens ?? null,
    cost_usd: cost === undefined ? null : cost / DOLLARS,
    concurrent: concurrent ?? null,
    ...fromWaiting(limit),
  }
}
