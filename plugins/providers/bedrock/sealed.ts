import type { LanguageModelV4, LanguageModelV4Message, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { objectOf } from '../../../src/contract/loose-json.ts'
import { withLayer } from '../../../src/translate/layer.ts'

/**
 * Thoughts that Anthropic has sealed, as Bedrock has them: the same text as bytes, which its JSON holds in base64. The
 * package writes them into a field that the Converse API has not
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html).
 */
export const withSealed = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => ({ options: { ...options, prompt: options.prompt.map(sealedIn) } }))

function sealedIn(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'assistant') return message
  const content = message.content.map(part => {
    if (part.type !== 'reasoning') return part
    const data = sealOf(part.providerOptions)
    if (data === undefined) return part
    return {
      ...part,
      providerOptions: { bedrock: { redactedContent: new TextEncoder().encode(data).toBase64() } },
    }
  })
  return { ...message, content }
}

function sealOf(options: SharedV4ProviderOptions | undefined): string | undefined {
  const { redactedData } = objectOf(options?.bedrock ?? options?.amazonBedrock)
  return typeof redactedData === 'string' ? redactedData : undefined
}
