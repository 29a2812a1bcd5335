import type { LanguageModelV4Message } from '@ai-sdk/provider'

/** What a model is told where its provider has no mode for JSON. */
export const JSON_ONLY = 'Answer with one JSON object and nothing else: no text around it, no Markdown.'

/** Behind what the prompt begins with, so that what is cached stays the same; the same prompt without words. */
export function instructed(
  prompt: LanguageModelV4Message[],
  words: string | undefined,
): LanguageModelV4Message[] {
  if (words === undefined) return prompt
  const at = prompt.findIndex(({ role }) => role !== 'system')
  return prompt.toSpliced(at < 0 ? prompt.length : at, 0, { role: 'system', content: words })
}
