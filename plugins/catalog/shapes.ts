import { LRUCache } from 'lru-cache'
import type { Bytes } from '../../src/base/bytes.ts'
import { Written } from '../../src/contract/api.ts'
import type { ModelFacts } from '../../src/contract/model.ts'
import type { Refusal } from '../../src/errors.ts'
import { geminiError } from '../families/gemini-errors.ts'
import { googleList, googleModel, wantsGoogle } from './google.ts'
import type { ShownModel } from './model.ts'
import { type ListQuery, pageOf } from './pages.ts'

/** Clients of Anthropic say so in a header; everybody else reads OpenAI's shape. */
const wantsAnthropic = (request: Request): boolean => request.headers.has('anthropic-version')

/** What it can do beside that has a shape of which clients read every part, and is not told. */
const anthropicModel = (model: ShownModel) => {
  const { id, displayName, created, facts } = model
  const end = endOf(model)
  return {
    type: 'model',
    id,
    display_name: displayName ?? id,
    created_at: new Date(created * 1000).toISOString(),
    max_input_tokens: facts.contextWindow ?? null,
    max_tokens: facts.maxOutput ?? null,
    capabilities: null,
    retires_at: end === undefined ? null : `${end}T00:00:00Z`,
  }
}

/** Fields that others of OpenAI's language have. What is not known is left out: not every client reads null there. */
function factFields(facts: ModelFacts) {
  const { contextWindow, maxOutput, images, tools, reasoning, structuredOutput } = facts
  const abilities = {
    ...(tools !== undefined && { function_calling: tools }),
    ...(reasoning !== undefined && { reasoning }),
    ...(structuredOutput !== undefined && { structured_outputs: structuredOutput }),
  }
  return {
    ...(contextWindow !== undefined && { context_length: contextWindow }),
    ...(maxOutput !== undefined && { max_output_tokens: maxOutput }),
    ...(images !== undefined && { architecture: { input_modalities: modalities(facts) } }),
    ...(Object.keys(abilities).length > 0 && { capabilities: abilities }),
  }
}

/** The day on which it goes: of a redirect that is only one of the models behind it. */
const endOf = ({ kind, facts }: ShownModel): string | undefined =>
  kind === 'model' ? facts.retiresOn : undefined

/** `file` is what this language calls a PDF. */
const modalities = ({ images, audio, pdfs }: ModelFacts): readonly string[] => [
  'text',
  ...(images === true ? ['image'] : []),
  ...(audio === true ? ['audio'] : []),
  ...(pdfs === true ? ['file'] : []),
]

interface OpenAIModel {
  readonly id: string
  readonly created: number
  readonly owned_by: string
}

function toOpenAI(model: ShownModel): OpenAIModel {
  const { id, created, ownedBy, facts } = model
  const end = endOf(model)
  const fields = { ...factFields(facts), ...(end !== undefined && { shutdown_date: end }) }
  return { ...{ id, object: 'model', created, owned_by: ownedBy }, ...fields }
}

/** Lists that were asked for last are kept as they are sent: all of them together may be so long (bytes). */
const WRITTEN = 16 * 1024 * 1024
const encoder = new TextEncoder()

/**
 * A list has thousands of models, and nearly all of them are the same for each caller: these are written once. So is a whole
 * list, as long as it is the same one.
 */
export function createRenderer() {
  const written = new WeakMap<ModelFacts, OpenAIModel>()
  const lists = new LRUCache<readonly ShownModel[], Bytes>({
    maxSize: WRITTEN,
    sizeCalculation: bytes => bytes.length,
  })

  function openaiModel(model: ShownModel): OpenAIModel {
    const { id, created, ownedBy, facts } = model
    const kept = written.get(facts)
    // What a redirect leads to has the same facts.
    if (kept?.id === id && kept.created === created && kept.owned_by === ownedBy) return kept
    const shown = toOpenAI(model)
    written.set(facts, shown)
    return shown
  }

  function listOf(models: readonly ShownModel[]): Bytes {
    const known = lists.get(models)
    if (known !== undefined) return known
    const bytes = encoder.encode(JSON.stringify({ object: 'list', data: models.map(openaiModel) }))
    lists.set(models, bytes)
    return bytes
  }

  return {
    model: (model: ShownModel, request: Request): object =>
      wantsGoogle(request)
        ? googleModel(model, request)
        : wantsAnthropic(request)
          ? anthropicModel(model)
          : openaiModel(model),

    /** `query`: which page, where the reader's language has pages. */
    list(models: readonly ShownModel[], request: Request, query: ListQuery): object {
      if (wantsGoogle(request)) return googleList(models, request, query)
      if (!wantsAnthropic(request)) return new Written(listOf(models))
      const { page, hasMore } = pageOf(models, query)
      return {
        data: page.map(anthropicModel),
        has_more: hasMore,
        first_id: page[0]?.id ?? null,
        last_id: page.at(-1)?.id ?? null,
      }
    },
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
export function renderListRefusal(refusal: Refusal, request: Request, id: string): object | undefined {
  const { status, message } = refusal
  if (wantsGoogle(request)) return geminiError(refusal, request)
  return wantsAnthropic(request)
    ? { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message }, request_id: id }
    : undefined
}
