import type { Thinking } from '../../../src/contract/thinking.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'
import { type Search, searchOf } from './search.ts'

/** What a destination's package can take of this language: the one table of differences. */
export interface Kin {
  /** The key that its options are written under. */
  readonly key: string
  /** Keys that it reads what it once said under. */
  readonly keys: readonly string[]
  /** Claude answers there: thoughts with Anthropic's signatures, tools that Anthropic defines. */
  readonly isClaude: boolean
  /** It is Anthropic's own API, at whatever cloud. */
  readonly isAnthropic: boolean
  /** Results of tools may hold images and documents. */
  readonly hasFilesInResults: boolean
  /** System messages may also stand behind the beginning. */
  readonly hasLateSystem: boolean
  /** How it is asked to read documents with their titles and to cite them; absent where it is not. */
  readonly hasCitations: boolean
  /** Options of a part behind which the prompt is to be cached; absent where that is the provider's own affair. */
  readonly cache?: (control: JsonObject) => JsonObject
  /** The option by which no more than one tool is called; absent where there is none. */
  readonly oneTool?: JsonObject
  /** It has a mark for results of tools that failed. */
  readonly marksFailures?: true
  /** Its package has no word for tools whose schema has to be followed. */
  readonly ignoresStrict?: true
  /** The option that names the end user. */
  readonly user?: (id: string) => JsonObject
  /** How the model thinks, where its provider knows. */
  readonly thinking?: Thinking | undefined
  /** How it searches the web, where that is said otherwise than by Anthropic's own tool. */
  readonly search?: Search | undefined
}

type Row = Omit<Kin, 'key' | 'isClaude' | 'isAnthropic' | 'keys' | 'thinking' | 'search'> & {
  readonly keys?: readonly string[]
}

const google: Row = {
  keys: ['google', 'googleVertex', 'vertex'],
  hasFilesInResults: true,
  hasLateSystem: false,
  hasCitations: false,
  marksFailures: true,
}

const bedrock: Row = {
  keys: ['bedrock', 'amazonBedrock'],
  hasFilesInResults: true,
  hasLateSystem: false,
  hasCitations: true,
  cache: ({ ttl }) => ({ cachePoint: { type: 'default', ...(ttl === '1h' && { ttl }) } }),
}

const rows: Readonly<Record<string, Row>> = {
  anthropic: {
    hasFilesInResults: true,
    hasLateSystem: true,
    hasCitations: true,
    cache: ({ type, ttl }) => ({ cacheControl: { type, ...(ttl !== undefined && { ttl }) } }),
    oneTool: { disableParallelToolUse: true },
    marksFailures: true,
    user: userId => ({ metadata: { userId } }),
  },
  bedrock,
  amazonBedrock: bedrock,
  google,
  vertex: google,
  googleVertex: google,
  compatible: {
    hasFilesInResults: false,
    hasLateSystem: true,
    hasCitations: false,
    oneTool: { parallel_tool_calls: false },
    user: user => ({ user }),
  },
  cohere: { hasFilesInResults: false, hasLateSystem: true, hasCitations: false, ignoresStrict: true },
  mistral: {
    hasFilesInResults: false,
    hasLateSystem: false,
    hasCitations: false,
    oneTool: { parallelToolCalls: false },
  },
  openai: {
    keys: ['openai', 'azure'],
    hasFilesInResults: true,
    hasLateSystem: true,
    hasCitations: false,
    oneTool: { parallelToolCalls: false },
    user: user => ({ user }),
  },
  xai: {
    hasFilesInResults: false,
    hasLateSystem: true,
    hasCitations: false,
    oneTool: { parallelToolCalls: false },
  },
}

/** A package that we know nothing of gets what every one understands. */
const stranger: Row = { hasFilesInResults: false, hasLateSystem: false, hasCitations: false }

const CLAUDE = /claude|anthropic/i
/** Models that Bedrock caches prompts for; others refuse a cache point. */
const CACHED_AT_BEDROCK = /claude|anthropic|nova/i

export function kinOf(destination: Destination): Kin {
  const { options, model, thinking, refusesLateSystem } = destination
  const { keys = [options], cache, ...row } = rows[options] ?? stranger
  const isAnthropic = options === 'anthropic'
  const isBedrock = keys.includes('bedrock')
  const isClaude = isAnthropic || (isBedrock && CLAUDE.test(model))
  const caches = cache !== undefined && (!isBedrock || CACHED_AT_BEDROCK.test(model))
  return {
    ...row,
    key: options,
    keys,
    isClaude,
    isAnthropic,
    thinking,
    search: searchOf(destination),
    ...(caches && { cache }),
    ...(refusesLateSystem && { hasLateSystem: false }),
  }
}
