import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import type { Scoped } from '../../src/exchange.ts'
import { check } from '../../src/request/check.ts'
import { geminiError, hasKey, KEY_IN_ADDRESS } from '../families/gemini-errors.ts'
import type { ShownModel } from './model.ts'
import { modelAt } from './one.ts'

/** The list of models for Google's clients: https://ai.google.dev/api/models. They find the same models, in another shape. */

const MOST = 1000

export const googleQuery = v.object({
  pageSize: v.optional(v.pipe(v.string(), v.description(`1 to ${MOST}; all without it`))),
  pageToken: v.optional(v.pipe(v.string(), v.description('What `nextPageToken` was'))),
})

type GoogleQuery = v.InferOutput<typeof googleQuery>

const pages = v.object({
  pageSize: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d+$/, 'expected a whole number'),
      v.transform(Number),
      v.minValue(1, 'expected at least 1'),
      // Google itself takes more, and sends no more.
      v.transform(size => Math.min(size, MOST)),
    ),
  ),
})

const model = v.looseObject({ name: says('What callers name, behind `models/`', v.string()) })
const list = v.object({
  models: says('Sorted by name', v.array(model)),
  nextPageToken: says('Where the next page begins; absent on the last one', v.optional(v.string())),
})

const toGoogle = ({ id, displayName, facts }: ShownModel) => ({
  name: `models/${id}`,
  version: '',
  displayName: displayName ?? id,
  description: '',
  ...(facts.contextWindow !== undefined && { inputTokenLimit: facts.contextWindow }),
  ...(facts.maxOutput !== undefined && { outputTokenLimit: facts.maxOutput }),
  ...(facts.reasoning !== undefined && { thinking: facts.reasoning }),
  supportedGenerationMethods: ['generateContent', 'countTokens'],
})

/** A token is the name that the page before ended with: a model that has gone meanwhile still has its place in the order. */
function pageOf(models: readonly ShownModel[], said: GoogleQuery) {
  const { pageSize = models.length } = check(pages, said)
  const { pageToken: after } = said
  const rest = after === undefined ? models : models.filter(({ id }) => id > after)
  const page = rest.slice(0, pageSize)
  return {
    models: page.map(toGoogle),
    ...(rest.length > page.length && { nextPageToken: page.at(-1)!.id }),
  }
}

function refuseKey(request: Request): void {
  if (hasKey(request)) refuse('invalid_request', KEY_IN_ADDRESS, { param: 'key' })
}

/** Google's clients find it at the address of OpenAI's list, too, and say who they are. */
export const wantsGoogle = ({ headers }: Request): boolean =>
  headers.has('x-goog-api-key') || headers.has('x-goog-api-client')

/** The list for them. */
export function googleList(models: readonly ShownModel[], request: Request, query: GoogleQuery): object {
  refuseKey(request)
  return pageOf(models, query)
}

/** One of its models. */
export function googleModel(found: ShownModel, request: Request): object {
  refuseKey(request)
  return toGoogle(found)
}

/** The same at Google's own addresses; `listed` is what a caller may use. */
export const googleModels = (listed: (x: Scoped) => Promise<readonly ShownModel[]>): readonly Api[] =>
  ['/v1beta/models', '/v1alpha/models'].flatMap((path, i) => [
    defineApi({
      ...SHARED,
      hidden: i > 0,
      path: path as Path,
      summary: "The models you may use, in Google's shape",
      query: googleQuery,
      answer: { about: 'Sorted by name', schema: list },
      run: async ({ x, request, query }) => googleList(await listed(x!), request, query),
    }),
    defineApi({
      ...SHARED,
      hidden: i > 0,
      path: `${path as Path}/*`,
      rest: 'model',
      summary: "One of the models you may use, in Google's shape",
      answer: { about: 'The model', schema: model },
      refusals: [404],
      run: async ({ x, request }) => googleModel(modelAt(await listed(x!), request, `${path}/`), request),
    }),
  ])

type Path = `/${string}`

const SHARED = {
  method: 'GET',
  access: 'caller',
  tag: 'Models',
  name: 'models',
  refusal: geminiError,
} as const
