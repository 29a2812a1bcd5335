import type { LanguageModelV4File } from '@ai-sdk/provider'

/** Where a file that a model made can be read: its own address, or all of it in one. */
export function addressOf(mediaType: string, data: LanguageModelV4File['data']): string {
  if (data.type === 'url') return data.url.href
  const base64 = typeof data.data === 'string' ? data.data : data.data.toBase64()
  return `data:${mediaType};base64,${base64}`
}
