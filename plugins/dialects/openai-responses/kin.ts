import type { LanguageModelV4ProviderTool } from '@ai-sdk/provider'
import type { Thinking } from '../../../src/contract/thinking.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a destination's package can take of this language: the one table of differences. */
export interface Kin {
  /** The key that its options are written under. */
  readonly key: string
  /** Keys that it reads what it once said under. */
  readonly keys: readonly string[]
  readonly model: string
  /** Claude answers there: thoughts come with Anthropic's signatures. */
  readonly isClaude: boolean
  /** Results of tools may hold images and documents. */
  readonly hasFilesInResults: boolean
  /** System messages may stand behind others. */
  readonly hasLateSystem: boolean
  /** The option by which no more than one tool is called; absent where there is none. */
  readonly oneTool?: JsonObject
  /** Its own search of the web, that stands for OpenAI's; what of a search it can be told. */
  readonly search?: (tool: JsonObject, most: number | undefined) => LanguageModelV4ProviderTool
  readonly searchTakes?: ReadonlySet<string>
  /** Its package has no word for tools whose schema has to be followed. */
  readonly ignoresStrict?: true
  /** False where no mode makes every answer JSON without a schema. */
  readonly hasJsonMode?: false
  /** Its package says what the form of an answer is for beside the schema. */
  readonly describesForms?: true
  /** It speaks OpenAI's other language behind its package, which writes options that it does not know into the body. */
  readonly isCompatible?: true
  /** A model's own turns may hold pictures that it made. */
  readonly hasPictures?: true
  /** False where its own tools cannot stand beside functions. */
  readonly mixesTools?: false
  /** The option that names the end user. */
  readonly user?: (id: string) => JsonObject
  /** The option that lets thoughts be seen; absent where they are anyway. */
  readonly showThoughts?: JsonObject
  /** How the model thinks, where its provider knows. */
  readonly thinking?: Thinking | undefined
}

type Row = Omit<Kin, 'key' | 'isClaude' | 'keys' | 'model' | 'thinking'> & {
  readonly keys?: readonly string[]
}

const google: Row = {
  keys: ['google', 'googleVertex', 'vertex'],
  hasFilesInResults: true,
  hasLateSystem: false,
  search: () => ({ type: 'provider', id: 'google.google_search', name: 'google_search', args: {} }),
  mixesTools: false,
  hasPictures: true,
  showThoughts: { thinkingConfig: { includeThoughts: true } },
}

const bedrock: Row = {
  keys: ['bedrock', 'amazonBedrock'],
  hasFilesInResults: true,
  hasLateSystem: false,
  hasJsonMode: false,
}

const rows: Readonly<Record<string, Row>> = {
  anthropic: {
    hasFilesInResults: true,
    hasLateSystem: false,
    hasJsonMode: false,
    oneTool: { disableParallelToolUse: true },
    search: searchOfClaude,
    searchTakes: new Set(['filters', 'user_location']),
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
    oneTool: { parallel_tool_calls: false },
    user: user => ({ user }),
    describesForms: true,
    isCompatible: true,
  },
  cohere: { hasFilesInResults: false, hasLateSystem: true, ignoresStrict: true },
  mistral: {
    hasFilesInResults: false,
    hasLateSystem: false,
    describesForms: true,
    oneTool: { parallelToolCalls: false },
  },
  xai: {
    hasFilesInResults: false,
    hasLateSystem: true,
    describesForms: true,
    oneTool: { parallelToolCalls: false },
  },
}

/** A package that we know nothing of gets what every one understands. */
const stranger: Row = { hasFilesInResults: false, hasLateSystem: true }

export function kinOf({ options, model, thinking }: Destination): Kin {
  const { keys = [options], ...row } = rows[options] ?? stranger
  const isClaude = options === 'anthropic' || (keys.includes('bedrock') && /claude|anthropic/i.test(model))
  return { ...row, key: options, keys, model, isClaude, thinking }
}

/** https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool */
function searchOfClaude(
  { filters, user_location: where }: JsonObject,
  most: number | undefined,
): LanguageModelV4ProviderTool {
  const { allowed_domains: allowed, blocked_domains: blocked } = (filters ?? {}) as JsonObject
  const args = {
    ...(most !== undefined && { maxUses: most }),
    ...(Array.isArray(allowed) && { allowedDomains: allowed }),
    ...(Array.isArray(blocked) && { blockedDomains: blocked }),
    ...(where != null && { userLocation: { ...where, type: 'approximate' } }),
  }
  return { type: 'provider', id: 'anthropic.web_search_20250305', name: 'web_search', args }
}
