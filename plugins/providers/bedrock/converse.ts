import type {
  LanguageModelV4,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider'
import { withFreeName } from '../../../src/translate/free-name.ts'
import { callInWords, resultInWords } from '../../../src/translate/in-words.ts'
import { withLayer } from '../../../src/translate/layer.ts'
import { withToolCachePoints } from './cache-points.ts'

/**
 * Converse takes calls of tools and their results only beside tools, and has no way to forbid the tools that it is told
 * of. The package then leaves all calls and results out, or lets the model call what the client has forbidden. Here the
 * tools stay away, and what they did is told in words: the model knows all that it knew, and cannot call anything.
 */
export const withConverse = (model: LanguageModelV4): LanguageModelV4 =>
  withFreeName(
    withLayer(withToolCachePoints(model), options => {
      const { tools = [], toolChoice, prompt } = options
      const isBarred = toolChoice?.type === 'none' && tools.length > 0
      if (tools.length > 0 && !isBarred) return { options }
      const hasHistory = prompt.some(holdsTools)
      const { tools: _, toolChoice: _choice, ...rest } = options
      return {
        options: { ...rest, prompt: hasHistory ? prompt.map(inWords) : prompt },
        warnings: isBarred || hasHistory ? [{ type: 'other', message: why(isBarred, hasHistory) }] : [],
      }
    }),
    'json',
  )

function why(isBarred: boolean, hasHistory: boolean): string {
  const words = 'earlier calls of tools and their results are told in words'
  if (!isBarred) return `tools: there are none, and this provider takes no calls without: ${words}`
  const none = 'tool_choice: this provider has no "none", so its model is not told of the tools'
  return hasHistory ? `${none}, and ${words}` : none
}

const holdsTools = ({ content }: LanguageModelV4Message): boolean =>
  typeof content !== 'string' && content.some(({ type }) => type === 'tool-call' || type === 'tool-result')

function inWords(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role === 'assistant')
    return {
      ...message,
      content: message.content.flatMap(part => {
        if (part.type === 'tool-call') return [toldCall(part)]
        return part.type === 'tool-result' ? [] : [part]
      }),
    }
  if (message.role !== 'tool') return message
  const content = message.content.flatMap(part => (part.type === 'tool-result' ? toldResult(part) : []))
  return { ...message, role: 'user', content }
}

const toldCall = ({
  toolName,
  input,
  providerOptions,
}: LanguageModelV4ToolCallPart): LanguageModelV4TextPart => ({
  type: 'text',
  text: callInWords(toolName, input),
  ...(providerOptions && { providerOptions }),
})

/** Files stand behind the words, which the tags keep together. */
function toldResult({
  toolName,
  output,
  providerOptions,
}: LanguageModelV4ToolResultPart): (LanguageModelV4TextPart | LanguageModelV4FilePart)[] {
  const parts = output.type === 'content' ? output.value : []
  const files = parts.filter(part => part.type === 'file')
  const text = resultInWords(toolName, wordsOf(output))
  return [{ type: 'text', text, ...(providerOptions && { providerOptions }) }, ...files]
}

function wordsOf(output: LanguageModelV4ToolResultPart['output']): string {
  if (output.type === 'text' || output.type === 'error-text') return output.value
  if (output.type === 'execution-denied') return output.reason ?? 'The call was not allowed.'
  if (output.type !== 'content') return JSON.stringify(output.value)
  return output.value.flatMap(part => (part.type === 'text' ? [part.text] : [])).join('\n')
}
