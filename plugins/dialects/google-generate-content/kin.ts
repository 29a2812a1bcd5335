import type { Warn } from '../../../src/contract/provider.ts'
import type { Thinking } from '../../../src/contract/thinking.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import type { Media } from '../../../src/translate/media.ts'
import type { OpenCalls } from '../../../src/translate/open-calls.ts'

/** What a destination's package can take of this language: the one table of differences. */
export interface Kin {
  /** The key that its options are written under. */
  readonly key: string
  /** Keys that it reads what it once said under. */
  readonly keys: readonly string[]
  /** A model of Google's answers there, by way of a package. */
  readonly isGoogle: boolean
  /** Claude answers there. */
  readonly isClaude: boolean
  /** Files that its package knows how to send; absent where nobody knows. */
  readonly media?: ReadonlySet<Media>
  /** Texts go as texts, not as base64. */
  readonly hasTextFiles?: true
  /** Results of tools may hold files. */
  readonly hasFilesInResults?: true
  /** It has a mark for results of tools that failed. */
  readonly marksFailures?: true
  /** Thoughts without a signature may be given back. */
  readonly takesPlainThoughts?: true
  /** It has no mode in which every answer is JSON, unless there is a schema for it. */
  readonly lacksJsonMode?: true
  /** The tool by which it searches the web. */
  readonly search?: SearchTool
  /** How the model thinks, where its provider knows. */
  readonly thinking?: Thinking | undefined
}

export interface SearchTool {
  readonly type: 'provider'
  readonly id: `${string}.${string}`
  readonly name: string
  readonly args: Record<string, unknown>
}

type Row = Partial<Omit<Kin, 'key' | 'isGoogle' | 'isClaude' | 'thinking'>>

const google: Row = {
  keys: ['google', 'googleVertex', 'vertex'],
  hasFilesInResults: true,
  marksFailures: true,
}

const bedrock: Row = {
  keys: ['bedrock', 'amazonBedrock'],
  media: new Set(['image', 'video', 'pdf', 'text']),
  hasTextFiles: true,
  hasFilesInResults: true,
  lacksJsonMode: true,
}

const searchBy = (id: SearchTool['id']): SearchTool => ({
  type: 'provider',
  id,
  name: 'web_search',
  args: {},
})

const rows: Readonly<Record<string, Row>> = {
  anthropic: {
    media: new Set(['image', 'pdf', 'text']),
    hasTextFiles: true,
    hasFilesInResults: true,
    marksFailures: true,
    lacksJsonMode: true,
    search: searchBy('anthropic.web_search_20250305'),
  },
  bedrock,
  amazonBedrock: bedrock,
  google,
  vertex: google,
  googleVertex: google,
  // Its package counts a PDF among texts, and its words would be base64.
  cohere: { media: new Set(['image', 'text']), hasTextFiles: true },
  compatible: { takesPlainThoughts: true },
  mistral: { takesPlainThoughts: true },
  openai: { hasFilesInResults: true },
}

const CLAUDE = /claude|anthropic/i

export function kinOf({ type, options, model, thinking }: Destination): Kin {
  const row: Row = Object.hasOwn(rows, options) ? rows[options]! : {}
  return {
    ...row,
    // Others are asked by way of Chat, which has no such tool.
    ...(type === 'openai' && options === 'openai' && { search: searchBy('openai.web_search') }),
    key: options,
    keys: row.keys ?? [options],
    isGoogle: row === google,
    isClaude: options === 'anthropic' || (row === bedrock && CLAUDE.test(model)),
    thinking,
  }
}

/** What prompts are read with. */
export interface Reading {
  readonly kin: Kin
  /** Something is left out: a line for the caller, the field's name first. */
  readonly warn: Warn
  readonly calls: OpenCalls
}
