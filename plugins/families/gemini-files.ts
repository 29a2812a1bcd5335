import type { LanguageModelV4, LanguageModelV4Message } from '@ai-sdk/provider'
import { withLayer } from '../../src/translate/layer.ts'

/** Google has no place for the name of a file, and people ask for files by their names: it stands before the file. */
export const withFileNames = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options =>
    options.prompt.some(hasNames)
      ? { options: { ...options, prompt: options.prompt.map(named) } }
      : { options },
  )

const hasNames = ({ role, content }: LanguageModelV4Message): boolean =>
  role === 'user' && content.some(part => part.type === 'file' && part.filename !== undefined)

function named(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'user' || !hasNames(message)) return message
  const content = message.content.flatMap(part =>
    part.type === 'file' && part.filename !== undefined
      ? [{ type: 'text' as const, text: `File ${JSON.stringify(part.filename)}:` }, part]
      : [part],
  )
  return { ...message, content }
}
