import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import type { Reading } from './kin.ts'
import { forUser, type Part, readParts } from './parts.ts'

/** What a tool gave back, and what of it has to follow as a user's words because results hold text only. */
export interface Result {
  readonly output: LanguageModelV4ToolResultOutput
  readonly files: readonly Part[]
}

const SEE_BELOW = 'The result follows as a file.'

export function readResult(
  content: unknown,
  at: string,
  { id, name, reading }: { id: string; name: string; reading: Reading },
): Result {
  const parts = content == null ? [] : readParts(content, at, { readers: forUser, reading })
  const words = parts.flatMap(part => (part.type === 'text' ? [part.text] : [])).join('\n')
  const files = parts.filter(part => part.type === 'file')
  if (files.length === 0) return { output: { type: 'text', value: words }, files: [] }
  const told = words === '' ? SEE_BELOW : words
  if (!reading.kin.hasFilesInResults)
    return {
      output: { type: 'text', value: told },
      files: [{ type: 'text', text: `Result of tool call ${id} (${name}):` }, ...files],
    }
  // Exactly one text: some packages make one answer of each, and none where there is none.
  return { output: { type: 'content', value: [{ type: 'text', text: told }, ...files] }, files: [] }
}
