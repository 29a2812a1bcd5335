import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { listOf, objectOf } from '../../../src/contract/loose-json.ts'
import { arrayAt, textAt, wordAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { isText, type Part, readContent, text, type Warn } from './content.ts'
import type { Kin } from './kin.ts'

/** What a tool gave back, and what of it has to follow as a user's words because results hold text only. */
export interface Result {
  readonly output: LanguageModelV4ToolResultOutput
  readonly files: readonly Part[]
}

type Reader = (item: JsonObject, at: string, reading: { kin: Kin; warn: Warn }) => Result

/** Items that answer a tool call. */
export const results: Readonly<Record<string, Reader>> = {
  function_call_output: readOutput,
  custom_tool_call_output: readOutput,
  tool_search_output: ({ tools }, at) => plain(`Loaded tools: ${namesIn(arrayAt(tools, `${at}.tools`))}`),
  local_shell_call_output: ({ output }, at) => plain(textAt(output, `${at}.output`)),
  shell_call_output: ({ output }, at) => plain(JSON.stringify({ output: arrayAt(output, `${at}.output`) })),
  apply_patch_call_output: ({ status, output }, at) => {
    const word = wordAt(status, `${at}.status`, ['completed', 'failed'])
    const words = output == null ? '' : textAt(output, `${at}.output`)
    const isError = word === 'failed'
    // Many packages lose the mark of an error, so the words say it too.
    if (isError) return plain(words === '' ? 'The patch has failed.' : `The patch has failed: ${words}`, true)
    return plain(words === '' ? 'The patch has been applied.' : words)
  },
}

/** What a search has found can be called from now on: it is in the list of tools. */
function namesIn(tools: readonly unknown[]): string {
  const names = tools
    .map(objectOf)
    .flatMap(tool => (tool.type === 'namespace' ? listOf(tool.tools).map(objectOf) : [tool]))
    .map(({ name, type }) => String(name ?? type))
  return names.length === 0 ? 'none' : names.join(', ')
}

const plain = (value: string, isError = false): Result => ({
  output: { type: isError ? 'error-text' : 'text', value },
  files: [],
})

const SEE_BELOW = 'The result follows as a file.'

function readOutput({ output }: JsonObject, at: string, { kin, warn }: { kin: Kin; warn: Warn }): Result {
  if (typeof output === 'string') return plain(output)
  const parts = readContent(arrayAt(output, `${at}.output`), `${at}.output`, warn)
  const words = parts
    .filter(isText)
    .map(part => part.text)
    .join('\n')
  const files = parts.filter(part => !isText(part))
  if (files.length === 0) return plain(words)
  const said = words === '' ? SEE_BELOW : words
  if (!kin.hasFilesInResults) return { output: { type: 'text', value: said }, files }
  // Some packages make one answer of each text, so there is exactly one, and files behind it.
  const value = kin.key === 'anthropic' ? parts : [text(said), ...files]
  return { output: { type: 'content', value }, files: [] }
}

/** The call that a result belongs to: `local_shell_call_output` names it by its `id` in old clients. */
export const callIdOf = ({ call_id: callId, id }: JsonObject): unknown => callId ?? id
