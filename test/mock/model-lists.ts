import type { Incoming } from './http.ts'

const CREATED = 1_732_320_000

/** The list of models as the caller knows it: Google's and Anthropic's have shapes of their own. */
export function listModels({ path, head }: Incoming, ids: readonly string[]): string {
  if (path.includes('/v1beta/')) {
    const models = ids.map(id => ({
      name: `models/${id}`,
      displayName: id,
      supportedGenerationMethods: ['generateContent', 'countTokens', 'embedContent'],
    }))
    return JSON.stringify({ models })
  }
  if (/\r\nanthropic-version:/i.test(head)) {
    const created_at = new Date(CREATED * 1000).toISOString()
    const data = ids.map(id => ({ type: 'model', id, display_name: id, created_at }))
    return JSON.stringify({ data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null })
  }
  return JSON.stringify({
    object: 'list',
    data: ids.map(id => ({ id, object: 'model', created: CREATED, owned_by: 'mock' })),
  })
}
