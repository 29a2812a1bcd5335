import * as v from 'valibot'
import type { PassageCall } from '../../src/contract/passage.ts'
import { check } from '../../src/request/check.ts'
import type { Answer, JsonObject } from '../../src/types.ts'
import { namedBy } from './choose.ts'
import type { Book, Kind, Language, PageQuery, Refresh, Thing } from './model.ts'

const id = v.optional(v.pipe(v.string(), v.maxLength(255)))
const limit = (most: number, usual: number) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d+$/, 'expected a whole number'),
      v.transform(Number),
      v.minValue(1, 'expected at least 1'),
      v.maxValue(most, `expected at most ${most}`),
    ),
    String(usual),
  )

/** How OpenAI and Anthropic page through their lists. */
const queries = {
  file: v.object({
    after: id,
    limit: limit(10_000, 10_000),
    order: v.optional(v.picklist(['asc', 'desc'], 'expected asc or desc')),
    purpose: v.optional(v.string()),
  }),
  batch: v.object({ after: id, limit: limit(100, 20) }),
  anthropic: v.object({ after_id: id, before_id: id, limit: limit(1000, 20) }),
} as const

function toQuery({ request, x }: PassageCall, kind: Kind, language: Language): PageQuery {
  const said = Object.fromEntries(new URL(request.url).searchParams)
  const provider = namedBy(request)
  const shared = { kind, language, userPath: x.userPath, ...(provider !== undefined && { provider }) }
  if (language === 'anthropic') {
    const { after_id: after, before_id: before, limit } = check(queries.anthropic, said)
    return {
      ...shared,
      limit,
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
    }
  }
  const query: v.InferOutput<typeof queries.file> = check(queries[kind], said)
  const { after, limit, order, purpose } = query
  return {
    ...shared,
    limit,
    ...(after !== undefined && { after }),
    ...(purpose !== undefined && { purpose }),
    ...(order === 'asc' && { oldestFirst: true }),
  }
}

/** A list from the book: the providers' own lists show what everybody has. */
export async function answerList(
  book: Book,
  call: PassageCall,
  { kind, language, refresh }: { kind: Kind; language: Language; refresh?: Refresh | undefined },
): Promise<Answer> {
  const { things, hasMore } = await book.page(toQuery(call, kind, language))
  const fresh = refresh === undefined ? things : await refresh(things)
  return answerJson({
    ...(language === 'openai' && { object: 'list' }),
    data: fresh.map(({ object }) => object),
    first_id: idOf(fresh[0]),
    last_id: idOf(fresh.at(-1)),
    has_more: hasMore,
  })
}

const idOf = (thing: Thing | undefined): string | null => thing?.id ?? null

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const answerJson = (value: unknown): Answer => ({
  kind: 'whole',
  contentType: 'application/json',
  body: encoder.encode(JSON.stringify(value)),
})

/** What a provider told as JSON; undefined where it told none. */
export function objectIn(answer: Answer): JsonObject | undefined {
  if (answer.kind !== 'whole' || answer.body.length === 0) return undefined
  try {
    const json: unknown = JSON.parse(decoder.decode(answer.body))
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}
