import type { LanguageModelV4, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { withLayer } from './layer.ts'

interface Named {
  readonly toolName: string
}

/**
 * Some packages ask for JSON by way of a tool of their own, and take a call of the client's tool of the same name for the
 * answer. The client's gets another name on its way there, and its own on the way back.
 */
export const withFreeName = (model: LanguageModelV4, taken: string): LanguageModelV4 =>
  withLayer(model, options => {
    const { tools = [], toolChoice, prompt, responseFormat } = options
    const names = new Set(tools.map(({ name }) => name))
    if (responseFormat?.type !== 'json' || !names.has(taken)) return { options }
    let free = `${taken}_tool`
    for (let n = 2; names.has(free); n++) free = `${taken}_tool_${n}`
    const renamed =
      (from: string, to: string) =>
      <T extends Named>(part: T): T =>
        part.toolName === from ? { ...part, toolName: to } : part
    const [out, back] = [renamed(taken, free), renamed(free, taken)]
    return {
      options: {
        ...options,
        tools: tools.map(tool => (tool.name === taken ? { ...tool, name: free } : tool)),
        ...(toolChoice && { toolChoice: toolChoice.type === 'tool' ? out(toolChoice) : toolChoice }),
        prompt: mapNamed(prompt, out),
      },
      result: result => ({
        ...result,
        content: result.content.map(part => ('toolName' in part ? back(part) : part)),
      }),
      part: part => ['toolName' in part ? back(part) : part],
    }
  })

function mapNamed(
  prompt: LanguageModelV4Prompt,
  rename: <T extends Named>(part: T) => T,
): LanguageModelV4Prompt {
  return prompt.map((message): LanguageModelV4Message => {
    if (message.role === 'system') return message
    const content = message.content.map(part => ('toolName' in part ? rename(part) : part))
    // Each part keeps its own type, so the message does too; the compiler does not follow that.
    return { ...message, content } as LanguageModelV4Message
  })
}
