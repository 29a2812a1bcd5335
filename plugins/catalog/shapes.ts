import type { Refusal } from '../../src/errors.ts'
import type { ListedModel } from '../../src/types.ts'
import { type ListQuery, pageOf } from './pages.ts'

/** Clients of Anthropic say so in a header; everybody else reads OpenAI's shape. */
const wantsAnthropic = (request: Request): boolean => request.headers.has('anthropic-version')

const anthropicModel = ({ id, displayName, created }: ListedModel) => ({
  type: 'model',
  id,
  display_name: displayName ?? id,
  created_at: new Date(created * 1000).toISOString(),
})

const openaiModel = ({ id, created, ownedBy }: ListedModel) => ({
  id,
  object: 'model',
  created,
  owned_by: ownedBy,
})

export const renderModel = (model: ListedModel, request: Request): object =>
  wantsAnthropic(request) ? anthropicModel(model) : openaiModel(model)

/** `query`: which page, where the reader's language has pages. */
export function renderList(models: readonly ListedModel[], request: Request, query: ListQuery): object {
  if (!wantsAnthropic(request)) return { object: 'list', data: models.map(openaiModel) }
  const { page, hasMore } = pageOf(models, query)
  return {
    data: page.map(anthropicModel),
    has_more: hasMore,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  }
}

/** Anthropic's names for kinds of errors, by status (docs.claude.com, "Errors"). */
const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
}

/** A refusal in the language of the list's reader; undefined leaves it to the plain shape. */
export const renderListRefusal = (
  { status, message }: Refusal,
  request: Request,
  id: string,
): object | undefined =>
  wantsAnthropic(request)
    ? { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message }, request_id: id }
    : undefined
