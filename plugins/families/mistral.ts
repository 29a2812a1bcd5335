import type { LanguageModelV4, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { withLayer } from '../../src/translate/layer.ts'

/**
 * Mistral refuses a user's words right behind the results of tools ("Unexpected role 'user' after role 'tool'"), where agents
 * put reminders, and whatever a user says meanwhile. Between them the model takes note, in as few words as it can.
 */
export const withNotes = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => ({ options: { ...options, prompt: noted(options.prompt) } }))

const NOTE: LanguageModelV4Message = { role: 'assistant', content: [{ type: 'text', text: 'Noted.' }] }

const noted = (prompt: LanguageModelV4Prompt): LanguageModelV4Prompt =>
  prompt.flatMap((message, i) =>
    message.role === 'user' && prompt[i - 1]?.role === 'tool' ? [NOTE, message] : [message],
  )
