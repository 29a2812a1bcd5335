import type { LanguageModelV4, LanguageModelV4Message } from '@ai-sdk/provider'
import { refuse } from '../../src/errors.ts'
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
  if (message.role === 'user' || message.role === 'assistant') checkAddresses(message.content)
  if (message.role === 'user') return named(message)
  if (message.role !== 'assistant' || !isSigned || !hasFiles(message)) return message
  const content = message.content.map(part =>
    part.type === 'file' && part.providerOptions === undefined
      ? { ...part, providerOptions: NO_SIGNATURE }
      : part,
  )
  return { ...message, content }
}

/**
 * Who calls is not known here: what Google keeps for the account is for operators, who name it in Google's own language.
 *
 * @throws Refusal (404), as for what is not there.
 */
function checkAddresses(
  content: Extract<LanguageModelV4Message, { role: 'user' | 'assistant' }>['content'],
): void {
  for (const part of content) {
    if (part.type !== 'file' || part.data.type !== 'url') continue
    const url = String(part.data.url)
    if (!isOnTheNet(url)) refuse('not_found', `There is no "${url.slice(0, 100)}" that you may use`)
  }
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

/**
 * True of what everybody could read. What Google keeps for the account has an address, too: one of Google's own API, or of a
 * bucket that the account may read.
 */
export function isOnTheNet(address: string): boolean {
  const { protocol = '', hostname = '' } = URL.parse(address) ?? {}
  return /^https?:$/.test(protocol) && (hostname === BUCKETS || !/\.googleapis\.com\.?$/.test(hostname))
}

/** What everybody may read in a bucket has an address here. */
const BUCKETS = 'storage.googleapis.com'
