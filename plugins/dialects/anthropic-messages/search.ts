import type { LanguageModelV4ProviderTool } from '@ai-sdk/provider'
import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import { nameAt, unsupported } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A search of the web, as other vendors have it: what Claude Code's own tool for it asks for in a call of its own. */
export interface Search {
  /** It may be offered beside tools of the client. */
  readonly isMixed: boolean
  toTool(tool: JsonObject, at: string, warn: Warn): LanguageModelV4ProviderTool
}

const google: Search = {
  isMixed: false,
  toTool(tool, at, warn) {
    for (const field of ['allowed_domains', 'blocked_domains'])
      if (listOf(tool[field]).length > 0) unsupported(`${at}.${field}`, 'cannot be kept by this provider')
    for (const field of ['max_uses', 'user_location'])
      if (tool[field] != null) warn(`${at}.${field}: this provider searches without it`)
    return { type: 'provider', id: 'google.google_search', name: nameAt(tool.name, `${at}.name`), args: {} }
  },
}

/** Where it is asked by way of Responses. */
const openai: Search = {
  isMixed: true,
  toTool(tool, at, warn) {
    const { allowed_domains: allowed, blocked_domains: blocked, user_location: where } = tool
    if (tool.max_uses != null) warn(`${at}.max_uses: this provider searches as often as it finds right`)
    const filters = {
      ...(Array.isArray(allowed) && { allowedDomains: allowed }),
      ...(Array.isArray(blocked) && { blockedDomains: blocked }),
    }
    const args = {
      ...(Object.keys(filters).length > 0 && { filters }),
      ...(isObject(where) && { userLocation: { ...where, type: 'approximate' } }),
    }
    return { type: 'provider', id: 'openai.web_search', name: nameAt(tool.name, `${at}.name`), args }
  },
}

/** Undefined where there is none. */
export function searchOf({ type, options }: Destination): Search | undefined {
  if (options === 'google') return google
  return type === 'openai' && options === 'openai' ? openai : undefined
}

export const isWebSearch = (tool: unknown): tool is JsonObject =>
  isObject(tool) && typeof tool.type === 'string' && tool.type.startsWith('web_search_')

/** What OpenAI's search found, as results of Anthropic's. There is nothing in them that goes back to the model. */
export const resultsOf = (found: unknown): JsonObject[] =>
  listOf(objectOf(found).sources).flatMap(source => {
    const { url } = objectOf(source)
    return typeof url === 'string'
      ? [{ type: 'web_search_result', url, title: url, encrypted_content: '', page_age: null }]
      : []
  })

/** A search, or what it found, that OpenAI made: nobody can read it again. */
export const isForeignSearch = ({ type, id, tool_use_id }: JsonObject): boolean =>
  (type === 'server_tool_use' && isForeign(id)) ||
  (type === 'web_search_tool_result' && isForeign(tool_use_id))

const isForeign = (id: unknown): boolean => typeof id === 'string' && id.startsWith('ws_')
