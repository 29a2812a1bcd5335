import type { Thinking } from '../../../src/contract/thinking.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import type { Media } from '../../../src/translate/media.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a destination's package can take of this language: the one table of differences. */
export interface Kin {
  /** The key that its options are written under. */
  readonly key: string
  /** Keys that it reads what it once said under. */
  readonly keys: readonly string[]
  /** Claude answers there: thoughts with Anthropic's signatures. */
  readonly isClaude: boolean
  /** It speaks this language behind its package, which writes options that it does not know into the body as they are. */
  readonly isCompatible: boolean
  /** Files that its package knows how to send; absent where nobody knows. */
  readonly media?: ReadonlySet<Media>
  /** Texts go as texts, not as base64. */
  readonly hasTextFiles: boolean
  /** Results of tools may hold files. */
  readonly hasFilesInResults: boolean
  /** A model's own turns may hold pictures that it made. */
  readonly hasPictures?: true
  /** System messages may stand between others. */
  readonly hasLateSystem: boolean
  /** Thoughts without a signature may be given back. */
  readonly takesPlainThoughts: boolean
  /** It has a mode in which every answer is JSON, with or without a schema. */
  readonly hasJsonMode: boolean
  /** Its package says what the form of an answer is for beside the schema. */
  readonly describesForms?: true
  /** Options that a part, a message or a tool is cached with; absent where that is the provider's own affair. */
  readonly cache?: (control: JsonObject) => JsonObject
  /** The option by which no more than one tool is called; absent where there is none. */
  readonly oneTool?: JsonObject
  /** Its package has no word for tools whose schema has to be followed. */
  readonly ignoresStrict?: true
  /** The tool by which it searches the web. */
  readonly search?: (location: JsonObject | undefined) => SearchTool
  /** False where its own tools cannot stand beside functions. */
  readonly mixesTools?: false
  /** How the model thinks, where its provider knows. */
  readonly thinking?: Thinking | undefined
}

export interface SearchTool {
  readonly type: 'provider'
  readonly id: `${string}.${string}`
  readonly name: string
  readonly args: Record<string, unknown>
}

type Row = Partial<Omit<Kin, 'key' | 'isClaude' | 'isCompatible' | 'thinking'>>

const anthropic: Row = {
  media: new Set(['image', 'pdf', 'text']),
  hasTextFiles: true,
  hasFilesInResults: true,
  hasLateSystem: false,
  hasJsonMode: false,
  cache: ({ type, ttl }) => ({ cacheControl: { type, ...(ttl !== undefined && { ttl }) } }),
  oneTool: { disableParallelToolUse: true },
  search: location => ({
    type: 'provider',
    id: 'anthropic.web_search_20250305',
    name: 'web_search',
    args: location === undefined ? {} : { userLocation: { type: 'approximate', ...location } },
  }),
}

const bedrock: Row = {
  keys: ['bedrock', 'amazonBedrock'],
  media: new Set(['image', 'video', 'pdf', 'text']),
  hasTextFiles: true,
  hasFilesInResults: true,
  hasLateSystem: false,
  hasJsonMode: false,
  cache: ({ ttl }) => ({ cachePoint: { type: 'default', ...(ttl === '1h' && { ttl }) } }),
}

const google: Row = {
  keys: ['google', 'googleVertex', 'vertex'],
  media: new Set(['image', 'audio', 'video', 'pdf', 'text']),
  hasTextFiles: true,
  hasFilesInResults: true,
  hasLateSystem: false,
  hasPictures: true,
  search: () => ({ type: 'provider', id: 'google.google_search', name: 'google_search', args: {} }),
  mixesTools: false,
}

const rows: Readonly<Record<string, Row>> = {
  anthropic,
  bedrock,
  amazonBedrock: bedrock,
  google,
  vertex: google,
  googleVertex: google,
  // Its package counts a PDF among texts, and its words would be base64.
  cohere: { media: new Set(['image', 'text']), hasTextFiles: true, ignoresStrict: true },
  compatible: { takesPlainThoughts: true, describesForms: true, oneTool: { parallel_tool_calls: false } },
  mistral: { takesPlainThoughts: true, describesForms: true, oneTool: { parallelToolCalls: false } },
  openai: { describesForms: true, oneTool: { parallelToolCalls: false } },
  xai: { describesForms: true, oneTool: { parallelToolCalls: false } },
}

/** A package that we know nothing of gets what every one understands. */
const stranger = {
  hasTextFiles: false,
  hasFilesInResults: false,
  hasLateSystem: true,
  takesPlainThoughts: false,
  hasJsonMode: true,
}

const CLAUDE = /claude|anthropic/i
/** Models that Bedrock caches prompts for; others refuse a cache point. */
const CACHED_AT_BEDROCK = /claude|anthropic|nova/i

export function kinOf({ options, model, thinking }: Destination): Kin {
  const row = Object.hasOwn(rows, options) ? rows[options]! : {}
  const { keys = [options], cache, ...rest } = row
  const isBedrock = row === bedrock
  const caches = cache !== undefined && (!isBedrock || CACHED_AT_BEDROCK.test(model))
  return {
    ...stranger,
    ...rest,
    key: options,
    keys,
    isClaude: options === 'anthropic' || (isBedrock && CLAUDE.test(model)),
    isCompatible: options === 'compatible',
    thinking,
    ...(caches && { cache }),
  }
}

/** What callers are told, and what prompts are read with. */
export interface Reading {
  readonly kin: Kin
  readonly model: string
  /** Something is left out: a line for the caller, the field's name first. */
  readonly warn: (line: string) => void
}
