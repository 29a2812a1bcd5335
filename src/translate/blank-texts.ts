import type { LanguageModelV4, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { withLayer } from './layer.ts'

/**
 * The same model for prompts with texts of nothing but white space, where the vendor refuses them: agents write a line feed
 * before their calls, and have it in every turn after. What has nothing else to say is left out; it said nothing.
 */
export const withoutBlankTexts = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => {
    const { prompt } = options
    if (!prompt.some(hasBlank)) return { options }
    const made = prompt.map(spoken).filter(({ content }) => content.length > 0)
    // Where nobody has said anything it is for the vendor to say so.
    return { options: made.every(isSystem) ? options : { ...options, prompt: made } }
  })

const isBlank = (text: string): boolean => text.trim() === ''
const isSystem = ({ role }: LanguageModelV4Message): boolean => role === 'system'

const hasBlank = ({ content }: LanguageModelV4Prompt[number]): boolean =>
  typeof content === 'string'
    ? isBlank(content)
    : content.some(part => part.type === 'text' && isBlank(part.text))

function spoken(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role === 'system') return isBlank(message.content) ? { ...message, content: '' } : message
  const content = message.content.filter(part => part.type !== 'text' || !isBlank(part.text))
  // Each part keeps its own type, so the message does too; the compiler does not follow that.
  return { ...message, content } as LanguageModelV4Message
}
