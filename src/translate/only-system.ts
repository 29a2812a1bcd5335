import type { LanguageModelV4Message } from '@ai-sdk/provider'

/**
 * A conversation in which nobody but the system has spoken, for providers that know system messages only before others:
 * to them it would be no conversation at all. The last thing said becomes the user's.
 */
export function withUser(prompt: LanguageModelV4Message[]): LanguageModelV4Message[] {
  const last = prompt.at(-1)
  if (last?.role !== 'system' || prompt.some(({ role }) => role !== 'system')) return prompt
  return [...prompt.slice(0, -1), { ...last, role: 'user', content: [{ type: 'text', text: last.content }] }]
}
