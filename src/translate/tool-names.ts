import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { hashed } from './call-ids.ts'
import { withLayer } from './layer.ts'
import { renamedTools } from './renamed-tools.ts'

/** The names of tools that a vendor takes. Agents make them of the names of servers and of tools, as long as those are. */
export interface ToolNames {
  readonly fits: RegExp
  /** Characters of the longest name that fits. */
  readonly longest: number
}

/** What most take, after OpenAI. */
export const PLAIN_NAMES: ToolNames = { fits: /^[a-zA-Z0-9_-]{1,64}$/, longest: 64 }

/**
 * The same model for tools of any names. One that fits stays; another becomes the same one each time, with as much of it as
 * there is room for, and is the client's again in the answer.
 */
export const withToolNames = (model: LanguageModelV4, names: ToolNames): LanguageModelV4 =>
  withLayer(model, options => {
    const given = new Map<string, string>()
    for (const name of namesIn(options)) if (!names.fits.test(name)) given.set(fitted(name, names), name)
    if (given.size === 0) return { options }
    return renamedTools(
      options,
      name => (names.fits.test(name) ? name : fitted(name, names)),
      name => given.get(name) ?? name,
    )
  })

function* namesIn({ tools = [], prompt }: LanguageModelV4CallOptions): Generator<string> {
  for (const tool of tools) if (tool.type === 'function') yield tool.name
  for (const { content } of prompt) {
    if (typeof content === 'string') continue
    for (const part of content) if ('toolName' in part) yield part.toolName
  }
}

/** What tells two names apart that begin alike. */
const MARK = 8

function fitted(name: string, { longest }: ToolNames): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_')
  // Some want a letter first, or an underscore.
  const begun = /^[a-zA-Z_]/.test(plain) ? plain : `_${plain}`
  return `${begun.slice(0, longest - MARK - 1)}_${hashed(name, MARK)}`
}
