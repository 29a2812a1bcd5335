import * as v from 'valibot'
import { plainHash } from '../../../src/base/runtime.ts'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import type { ModelFacts } from '../../../src/contract/model.ts'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import type { Catalog, ShownModel } from '../../catalog/model.ts'
import { withoutTag, withTag } from './names.ts'
import { toError } from './refusal.ts'

/** What is spoken here is what this version of Ollama's server does: programs want to know whether it is new enough. */
const VERSION = '0.14.0'

const shared = { name: 'ollama-models', tag: 'Models', access: 'caller', refusal: toError } as const
const entry = v.looseObject({ name: says('What callers name', v.string()) })

/** What there is, in Ollama's words: https://docs.ollama.com/api/tags */
export const createListApi = ({ shownTo }: Pick<Catalog, 'shownTo'>): Api[] => [
  defineApi({
    ...shared,
    method: 'GET',
    path: '/api/tags',
    summary: "The models you may use, in Ollama's language",
    answer: { about: 'Sorted by name', schema: v.object({ models: v.array(entry) }) },
    run: async ({ x }) => ({ models: (await shownTo(x!)).map(toEntry) }),
  }),
  defineApi({
    ...shared,
    method: 'POST',
    path: '/api/show',
    asks: true,
    summary: "What one of them can do, in Ollama's language",
    body: v.looseObject({
      model: says('Its name', v.optional(v.string())),
      name: says('The same, from older clients', v.optional(v.string())),
    }),
    example: { model: 'demo/parrot' },
    answer: { about: 'The model', schema: v.looseObject({ capabilities: v.array(v.string()) }) },
    refusals: [404],
    async run({ x, body: { model, name = model } }) {
      if (name === undefined) return refuse('invalid_request', 'Field "model" is missing', { param: 'model' })
      const models = await shownTo(x!)
      const called = (id: string) => models.find(each => each.id === id)
      const found = called(name) ?? called(withoutTag(name)) ?? called(withTag(name))
      return toDetails(found ?? refuse('model_not_found', unknown(name), { param: 'model' }))
    },
  }),
  defineApi({
    ...shared,
    method: 'GET',
    path: '/api/ps',
    summary: 'The models that are loaded, of which a gateway has none',
    answer: { about: 'An empty list', schema: v.object({ models: v.array(entry) }) },
    run: () => ({ models: [] }),
  }),
  defineApi({
    ...shared,
    method: 'GET',
    path: '/api/version',
    summary: "Which version of Ollama's language is spoken",
    answer: { about: 'The version', schema: v.object({ version: v.string() }) },
    run: () => ({ version: VERSION }),
  }),
]

const unknown = (name: string): string =>
  `Model "${name.slice(0, 200)}" does not exist: GET /api/tags lists those you may use`

function toEntry(model: ShownModel) {
  const name = withTag(model.id)
  // Programs tell models apart by their digests, and show how they begin: of what is not here it can only be the name's.
  return {
    name,
    model: name,
    ...timeOf(model),
    size: 0,
    digest: plainHash(name).toHex(),
    details: detailsOf(model),
  }
}

const timeOf = ({ created }: ShownModel) => ({ modified_at: new Date(created * 1000).toISOString() })

const detailsOf = ({ ownedBy }: ShownModel) => ({
  parent_model: '',
  format: '',
  family: ownedBy,
  families: [ownedBy],
  parameter_size: '',
  quantization_level: '',
})

function toDetails(model: ShownModel) {
  const { facts, ownedBy } = model
  const { contextWindow } = facts
  return {
    ...timeOf(model),
    license: '',
    modelfile: '',
    parameters: '',
    template: '',
    details: detailsOf(model),
    model_info: {
      'general.architecture': ownedBy,
      ...(contextWindow !== undefined && { [`${ownedBy}.context_length`]: contextWindow }),
    },
    capabilities: abilities.filter(([, can]) => can(facts)).map(([word]) => word),
  }
}

/** Programs use tools only where they are named, and nearly all models that are not known can; they see and think only where that is known. */
const abilities: readonly (readonly [word: string, can: (facts: ModelFacts) => boolean])[] = [
  ['completion', () => true],
  ['tools', ({ tools }) => tools !== false],
  ['vision', ({ images }) => images === true],
  ['thinking', ({ reasoning }) => reasoning === true],
]
