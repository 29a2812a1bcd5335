import type { LanguageModelV4, LanguageModelV4Message } from '@ai-sdk/provider'
import { withLayer } from '../../src/translate/layer.ts'

/** Files on their way to Google's models, as these want them and its package does not send them. */
export const withFiles = (model: LanguageModelV4): LanguageModelV4 => {
  const isSigned = SIGNED.test(model.modelId)
  return withLayer(model, options =>
    options.prompt.some(hasFiles)
      ? { options: { ...options, prompt: options.prompt.map(message => made(message, isSigned)) } }
      : { options },
  )
}

/** They refuse a picture of their own that comes back without a signature. */
const SIGNED = /gemini-3|nano-banana/

/** What Google takes for one that is not there: https://ai.google.dev/gemini-api/docs/thought-signatures */
const NO_SIGNATURE = { google: { thoughtSignature: 'skip_thought_signature_validator' } }

const hasFiles = ({ role, content }: LanguageModelV4Message): boolean =>
  (role === 'user' || role === 'assistant') && content.some(({ type }) => type === 'file')

function made(message: LanguageModelV4Message, isSigned: boolean): LanguageModelV4Message {
  if (message.role === 'user') return named(message)
  if (message.role !== 'assistant' || !isSigned || !hasFiles(message)) return message
  const content = message.content.map(part =>
    part.type === 'file' && part.providerOptions === undefined
      ? { ...part, providerOptions: NO_SIGNATURE }
      : part,
  )
  return { ...message, content }
}

/** There is no place for the name of a file, and people ask for files by their names: it stands before the file. */
function named(message: LanguageModelV4Message & { role: 'user' }): LanguageModelV4Message {
  const content = message.content.flatMap(part =>
    part.type === 'file' && part.filename !== undefined
      ? [{ type: 'text' as const, text: `File ${JSON.stringify(part.filename)}:` }, part]
      : [part],
  )
  return { ...message, content }
}
