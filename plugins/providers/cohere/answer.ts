import type {
  LanguageModelV4,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { countOf, isObject, listOf, objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { type Layered, withLayer } from '../../../src/translate/layer.ts'
import type { JsonObject } from '../../../src/types.ts'

/**
 * The package refuses a whole answer for one citation of a kind that it does not know: of what a tool gave back, of a
 * document without a title. Such citations are put into the shape that it knows, before it reads them.
 */
export function withKnownCitations(send: typeof globalThis.fetch): typeof globalThis.fetch {
  const knowing = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const response = await send(input, init)
    const isWhole = /^application\/json\b/i.test(response.headers.get('content-type') ?? '')
    if (!response.ok || !isWhole || !String(input).endsWith('/chat')) return response
    const text = await response.text()
    const { status, headers } = response
    return new Response(text.includes('"citations"') ? knownIn(text) : text, { status, headers })
  }
  return knowing as typeof globalThis.fetch
}

function knownIn(text: string): string {
  const answer = parseObject(text)
  if (!isObject(answer.message) || answer.message.citations == null) return text
  const citations = listOf(answer.message.citations).map(toKnown)
  return JSON.stringify({ ...answer, message: { ...answer.message, citations } })
}

function toKnown(citation: unknown): JsonObject {
  const { start, end, text, sources, type } = objectOf(citation)
  return {
    start: countOf(start),
    end: countOf(end),
    text: String(text ?? ''),
    sources: listOf(sources).map(toKnownSource),
    ...(typeof type === 'string' && { type }),
  }
}

function toKnownSource(source: unknown): JsonObject {
  const { type, id, document, tool_output: output } = objectOf(source)
  const told = objectOf(document ?? output)
  const { text, snippet, title } = told
  const words = [text, snippet].find(each => typeof each === 'string') ?? JSON.stringify(told)
  return {
    ...(typeof type === 'string' && { type }),
    ...(typeof id === 'string' && { id }),
    document: {
      text: words,
      title: typeof title === 'string' && title !== '' ? title : String(id ?? 'Document'),
    },
  }
}

/** The plan that a model makes before it calls tools, and what streams say of sources: the package reads neither. */
export const withPlans = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => ({
    options,
    result(result) {
      const { tool_plan: plan } = objectOf(objectOf(result.response?.body).message)
      if (typeof plan !== 'string' || plan === '') return result
      return { ...result, content: [{ type: 'reasoning', text: plan }, ...result.content] }
    },
    ...createPlanReader(),
  }))

const PLAN = 'plan'

function createPlanReader(): Pick<Layered, 'event' | 'part'> {
  let isOpen = false
  let sources = 0
  const close = (): LanguageModelV4StreamPart[] => {
    if (!isOpen) return []
    isOpen = false
    return [{ type: 'reasoning-end', id: PLAN }]
  }
  const grow = (delta: string): LanguageModelV4StreamPart[] => {
    const begin = isOpen ? [] : [{ type: 'reasoning-start' as const, id: PLAN }]
    isOpen = true
    return [...begin, { type: 'reasoning-delta', id: PLAN, delta }]
  }
  return {
    event({ type, delta }) {
      const message = objectOf(objectOf(delta).message)
      if (type === 'tool-plan-delta' && typeof message.tool_plan === 'string') return grow(message.tool_plan)
      if (type === 'citation-start') return [toSource(toKnown(message.citations), `citation-${sources++}`)]
      return []
    },
    part: part => [...close(), part],
  }
}

/** As the package makes it of the same citation in a whole answer. */
function toSource(citation: JsonObject, id: string): Extract<LanguageModelV4Content, { type: 'source' }> {
  const { start, end, text, sources, type } = citation
  const { title } = objectOf(objectOf(listOf(sources)[0]).document)
  return {
    type: 'source',
    sourceType: 'document',
    id,
    mediaType: 'text/plain',
    title: typeof title === 'string' ? title : 'Document',
    // Whatever it holds has come as JSON.
    providerMetadata: {
      cohere: { start, end, text, sources, ...(type !== undefined && { citationType: type }) },
    } as SharedV4ProviderMetadata,
  }
}
