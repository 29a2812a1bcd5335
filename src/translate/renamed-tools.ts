import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
} from '@ai-sdk/provider'
import type { Layered } from './layer.ts'

type Rename = (name: string) => string

/** A call in which tools have other names on their way there, and their own on the way back. Those of the provider keep theirs. */
export function renamedTools(options: LanguageModelV4CallOptions, out: Rename, back: Rename): Layered {
  const { tools, toolChoice, prompt } = options
  return {
    options: {
      ...options,
      ...(tools && {
        tools: tools.map(tool => (tool.type === 'function' ? { ...tool, name: out(tool.name) } : tool)),
      }),
      ...(toolChoice && {
        toolChoice:
          toolChoice.type === 'tool' ? { ...toolChoice, toolName: out(toolChoice.toolName) } : toolChoice,
      }),
      prompt: mapNamed(prompt, out),
    },
    result: result => ({ ...result, content: result.content.map(part => renamed(part, back)) }),
    part: part => [renamed(part, back)],
  }
}

const renamed = <P extends object>(part: P, rename: Rename): P =>
  'toolName' in part ? { ...part, toolName: rename(part.toolName as string) } : part

function mapNamed(prompt: LanguageModelV4Prompt, rename: Rename): LanguageModelV4Prompt {
  return prompt.map((message): LanguageModelV4Message => {
    if (message.role === 'system') return message
    const content = message.content.map(part => renamed(part, rename))
    // Each part keeps its own type, so the message does too; the compiler does not follow that.
    return { ...message, content } as LanguageModelV4Message
  })
}
