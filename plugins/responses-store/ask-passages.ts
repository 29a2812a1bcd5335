import type { Lens } from '../../src/contract/dialect.ts'
import { usageOf } from '../../src/contract/loose-json.ts'
import type { Passage, PassageCall } from '../../src/contract/passage.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import { readBody, rewritten, splice } from '../../src/request/body.ts'
import { readModel, refuseUnrouted } from '../../src/request/route.ts'
import type { Answer, JsonObject, Target } from '../../src/types.ts'
import type { ResponsesLanguage } from '../dialects/openai-responses/index.ts'
import type { Who } from './model.ts'
import { expanded, isStateful, type State } from './state.ts'

export interface AskPassagesOptions {
  readonly host: Pick<Host, 'plan' | 'providers'>
  readonly language: ResponsesLanguage
  readonly find: (body: JsonObject, who: Who) => Promise<State>
}

/** What only a provider of this language can tell of an input. */
export function createAskPassages({ host, language, find }: AskPassagesOptions): Passage[] {
  const { dialect } = language

  /** The first target that speaks this language, and knows what the request refers to. */
  function pick(targets: readonly Target[], { pin }: Pick<State, 'pin'>, path: string): Target {
    const able = targets.filter(({ provider }) => host.providers().get(provider)?.wires.has(dialect.name))
    const target = able.find(({ provider }) => pin === undefined || provider === pin.provider)
    if (target !== undefined) return target
    if (able.length > 0 && pin !== undefined)
      refuse('invalid_request', `"${pin.at}" belongs to an answer that another provider keeps`, {
        param: pin.at,
      })
    return refuse('unsupported_operation', `No provider of this model offers ${path}`, { param: 'model' })
  }

  const ask =
    (path: `/${string}`, lens: Lens = dialect) =>
    async ({ request, x, bodyLimit, forward }: PassageCall): Promise<Answer> => {
      const given = await readBody(request, bodyLimit)
      const asked = readModel(given.json)
      const who = { caller: x.caller, userPath: x.userPath }
      const route = await host.plan(asked, { ...who, dry: true, trace: undefined })
      if (route.targets.length === 0) refuseUnrouted(route, x.userPath)
      const state = isStateful(given.json) ? await find(given.json, who) : undefined
      const target = pick(route.targets, state ?? {}, path)
      const full = state === undefined ? given.json : expanded(given.json, state, new Set([target.provider]))
      const body = rewritten(given, dialect.outgoing?.(full, { warn() {} }) ?? full)
      const text = splice(body.text, [{ field: 'model', value: target.model }])
      return forward({
        ...target,
        path: `/responses${path}`,
        body: { text, json: { ...body.json, model: target.model } },
        lens,
        asked,
      })
    }

  return [
    {
      name: 'response-input-tokens',
      path: '/v1/responses/input_tokens',
      methods: ['POST'],
      tag: 'Responses',
      takes: 'json',
      gives: ['application/json'],
      about: 'How many tokens an input has, counted by the provider',
      example: {
        body: { model: 'openai/gpt-5', input: 'Hello' },
        fields: { model: 'A model, or a redirect', input: 'A text, or items' },
        answer: { object: 'response.input_tokens', input_tokens: 8 },
      },
      // Nobody is paid for counting.
      run: ask('/input_tokens', { ...dialect, usage: () => usageOf({}) }),
    },
  ]
}
