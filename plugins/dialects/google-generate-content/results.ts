import type {
  LanguageModelV4FilePart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import { arrayAt, nameAt, objectAt, textAt, wrong } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'
import { readFile, readInline } from './sources.ts'

type Part = LanguageModelV4TextPart | LanguageModelV4FilePart

/** What a tool gave back, and what of it has to follow as a user's words because results hold text only. */
interface Result {
  readonly result: LanguageModelV4ToolResultPart
  readonly files: readonly Part[]
}

export function readResult(value: unknown, at: string, reading: Reading): Result {
  const { id: given, name, response, parts } = objectAt(value, at)
  const toolName = nameAt(name, `${at}.name`)
  const own = given == null || given === '' ? undefined : textAt(given, `${at}.id`)
  const { id: toolCallId } =
    reading.calls.answered(toolName, own) ??
    wrong(at, `answers no functionCall before it (${toolName.slice(0, 80)})`)
  const said = outputOf(response == null ? {} : objectAt(response, `${at}.response`), reading)
  const files =
    parts == null
      ? []
      : arrayAt(parts, `${at}.parts`).map((each, i) => fileAt(each, `${at}.parts[${i}]`, reading))
  const made = (output: LanguageModelV4ToolResultOutput): LanguageModelV4ToolResultPart => ({
    type: 'tool-result',
    toolCallId,
    toolName,
    output,
  })
  if (files.length === 0) return { result: made(said), files }
  if (reading.kin.hasFilesInResults !== true)
    return { result: made(said), files: [text(`Result of tool call ${toolCallId} (${toolName}):`), ...files] }
  return { result: made({ type: 'content', value: [text(wordsOf(said)), ...files] }), files: [] }
}

const text = (words: string): LanguageModelV4TextPart => ({ type: 'text', text: words })

function fileAt(value: unknown, at: string, reading: Reading): LanguageModelV4FilePart {
  const part = objectAt(value, at)
  return part.fileData == null ? readInline(part, at, reading) : readFile(part, at, reading)
}

/**
 * "Use "output" key to specify function output and "error" key to specify error details": https://ai.google.dev/api/caching#FunctionResponse.
 * Clients also say "result". What else there is, is the output as a whole.
 */
function outputOf(response: JsonObject, { kin }: Reading): LanguageModelV4ToolResultOutput {
  const [only, ...others] = Object.keys(response)
  if (others.length > 0 || only === undefined || !['output', 'result', 'error'].includes(only))
    return { type: 'json', value: response as Value }
  const value = response[only]
  if (only !== 'error')
    return typeof value === 'string' ? { type: 'text', value } : { type: 'json', value: value as Value }
  const words = typeof value === 'string' ? value : JSON.stringify(value)
  // The mark gets lost on the way to others, the words do not.
  return {
    type: 'error-text',
    value: kin.marksFailures || /^\W*error\s*[:>]/i.test(words) ? words : `Error: ${words}`,
  }
}

type Value = Extract<LanguageModelV4ToolResultOutput, { type: 'json' }>['value']

function wordsOf(output: LanguageModelV4ToolResultOutput): string {
  if (output.type === 'text' || output.type === 'error-text') return output.value
  if (output.type !== 'json') return ''
  const isEmpty = isObject(output.value) && Object.keys(output.value).length === 0
  return isEmpty ? 'The result follows as a file.' : JSON.stringify(output.value)
}
