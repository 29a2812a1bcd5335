import type { LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { UsageReader } from '../contract/provider.ts'
import type { Usage } from '../types.ts'

/** Undefined when the provider told nothing. */
export function toUsage(
  { inputTokens, outputTokens, raw }: LanguageModelV4Usage,
  read: UsageReader = usage => usage,
  beside?: SharedV4ProviderMetadata,
): Usage | undefined {
  const { total: allIn, noCache, cacheRead = 0, cacheWrite = 0 } = inputTokens
  const { total: allOut, text, reasoning = 0 } = outputTokens
  if (allIn === undefined && noCache === undefined && allOut === undefined && text === undefined)
    return undefined
  const usage = {
    input: noCache ?? Math.max(0, (allIn ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: text ?? Math.max(0, (allOut ?? 0) - reasoning),
    reasoning,
  }
  return raw === undefined ? usage : read(usage, raw, beside)
}

/** What the client is told is what is booked. Parts that nobody told stay untold. */
export function withReport(told: LanguageModelV4Usage, usage: Usage | undefined): LanguageModelV4Usage {
  if (usage === undefined) return told
  const { cacheRead, cacheWrite, cacheWriteHour = 0, reasoning } = usage
  const { inputTokens, outputTokens } = told
  const written = cacheWrite + cacheWriteHour
  // Clients are told sounds and images as part of the whole, as all languages have it.
  const input = usage.input + (usage.audioInput ?? 0) + (usage.imageInput ?? 0)
  const output = usage.output + (usage.audioOutput ?? 0) + (usage.imageOutput ?? 0)
  return {
    ...told,
    inputTokens: {
      total: input + cacheRead + written,
      noCache: input,
      cacheRead: cacheRead === 0 ? inputTokens.cacheRead : cacheRead,
      cacheWrite: written === 0 ? inputTokens.cacheWrite : written,
    },
    outputTokens: {
      total: output + reasoning,
      text: output,
      reasoning: reasoning === 0 ? outputTokens.reasoning : reasoning,
    },
  }
}
