import { isObject } from '../../src/contract/loose-json.ts'
import { refuse } from '../../src/errors.ts'
import type { Answer, JsonObject } from '../../src/types.ts'

/** Where vendors list their models: `/models`, Bedrock's `/foundation-models`, Ollama's `/api/tags`. */
const LIST = /[/-]models$|\/api\/tags$/i
/** One of them. */
const ONE = /[/-]models\/(.+)$/i
/** Fields with lists: OpenAI's and Anthropic's, Gemini's and Ollama's, Bedrock's. */
const LISTS = ['data', 'models', 'modelSummaries'] as const
/** Fields that name the model of an entry. The first counts: beside an `id`, a `name` is one for people. */
const NAMES = ['id', 'modelId', 'model', 'name'] as const

export const isModelList = (method: string, reading: string): boolean =>
  (method === 'GET' || method === 'HEAD') && LIST.test(reading)

/** The model that is read about; undefined where none is. */
export const modelReadAt = (method: string, reading: string): string | undefined =>
  method === 'GET' || method === 'HEAD' ? ONE.exec(reading)?.[1] : undefined

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface Seen {
  readonly isOpen: (model: string) => boolean
  /** Not even the name of a closed model may be told. */
  readonly isHiding: boolean
}

/**
 * A list without the models that are closed. What has none of these goes on byte by byte.
 *
 * @throws Refusal of a list that is too long to be looked into.
 */
export function withoutClosed(answer: Answer, { isOpen, isHiding }: Seen): Answer {
  if (answer.kind === 'raw' && /json/i.test(answer.contentType))
    refuse('unsupported_operation', 'The list is too long to be looked into: use GET /v1/models')
  if (answer.kind !== 'whole' || answer.body.length === 0) return answer
  const json = parse(answer.body)
  const kept = Array.isArray(json)
    ? openOf(json, isOpen)
    : isObject(json)
      ? filtered(json, { isOpen, isHiding })
      : json
  return kept === json ? answer : { ...answer, body: encoder.encode(JSON.stringify(kept)) }
}

function parse(body: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(decoder.decode(body))
  } catch {
    return undefined
  }
}

function filtered(json: JsonObject, { isOpen, isHiding }: Seen): JsonObject {
  let kept = json
  for (const field of LISTS) {
    const list = json[field]
    const open = Array.isArray(list) ? openOf(list, isOpen) : list
    if (open !== list)
      kept = { ...kept, [field]: open, ...endsOf(json, open as readonly unknown[], isHiding) }
  }
  return kept
}

function openOf(list: readonly unknown[], isOpen: (model: string) => boolean): readonly unknown[] {
  const open = list.filter(entry => {
    const name = nameOf(entry)
    return name === undefined || isOpen(toId(name))
  })
  return open.length === list.length ? list : open
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  if (!isObject(entry)) return undefined
  const field = NAMES.find(each => typeof entry[each] === 'string')
  return field && (entry[field] as string)
}

/** Google's names have a folder in front: `models/gemini-2.5-flash`. */
const toId = (name: string): string => name.replace(/^(?:.*\/)?models\//, '')

/**
 * Anthropic's pages name the first and the last of their entries: by these one asks for the page before and behind. A
 * page of which nothing is left keeps those of the provider, or nobody would come to the pages behind it; where closed
 * models are hidden, it is the last one.
 */
function endsOf(json: JsonObject, open: readonly unknown[], isHiding: boolean): JsonObject {
  if (open.length === 0 && !isHiding) return {}
  const idOf = (entry: unknown) => (isObject(entry) ? (entry.id ?? null) : null) as string | null
  return {
    ...('first_id' in json && { first_id: idOf(open[0]) }),
    ...('last_id' in json && { last_id: idOf(open.at(-1)) }),
    ...(open.length === 0 && 'has_more' in json && { has_more: false }),
  }
}
