import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { flag, says } from '../../src/contract/settings.ts'
import { createOffers } from '../../src/translate/offers.ts'
import { answer, models } from './answer.ts'
import { render } from './render.ts'
import { asObject } from './shape.ts'

export default definePlugin({
  name: 'demo',
  about: 'A provider without network that answers until a real one is configured.',
  config: v.object({
    enabled: says(
      'true: always there; false: never; unset: only while no other provider is configured',
      v.optional(flag()),
    ),
  }),
  env: { enabled: ['DEMO'] },
  changeable: ['enabled'],
  setup: ({ config, now }) => ({
    providers: config.enabled === false ? [] : [createDemo(config.enabled === undefined, now)],
  }),
})

/** Seconds since 1970 of the day these models were made up. */
const CREATED = 1_764_547_200

function createDemo(standIn: boolean, now: () => number): Provider {
  function chat(model: string, body: unknown, signal: AbortSignal): Response {
    signal.throwIfAborted()
    const asked = parse(body)
    const pace = models.get(model)?.pace
    if (pace === undefined) return unknownModel(model)
    const stream = asked.stream === true
    const showsUsage = asObject(asked.stream_options).include_usage === true
    return render({
      model,
      reply: answer(model, asked),
      created: Math.floor(now() / 1000),
      stream,
      showsUsage,
      pace,
      signal,
    })
  }
  return Object.freeze<Provider>({
    name: 'demo',
    type: 'demo',
    wires: new Set(['openai-chat']),
    asksUsage: true,
    standIn,
    call: ({ model, body }, signal) => chat(model, body, signal),
    offers: createOffers({ kinds: ['language'], idsInBody: true, load: () => loadPackage(chat) }),
    optionsKey: 'compatible',
    models: async () => [...models.keys()].map(id => ({ id, created: CREATED, ownedBy: 'demo' })),
  })
}

/** Clients of other languages get the same words: the package that carries them over asks this provider instead of a network. */
async function loadPackage(chat: (model: string, body: unknown, signal: AbortSignal) => Response) {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const ask = async (_: unknown, init: RequestInit = {}): Promise<Response> =>
    chat(String(parse(init.body).model), init.body, init.signal ?? new AbortController().signal)
  return createOpenAICompatible({
    name: 'compatible',
    baseURL: 'http://demo.internal/v1',
    includeUsage: true,
    fetch: ask as typeof fetch,
  })
}

function parse(body: unknown) {
  try {
    return asObject(JSON.parse(String(body)))
  } catch {
    return {}
  }
}

function unknownModel(model: string): Response {
  const message = `The model "${model}" does not exist: ask for ${[...models.keys()].map(id => `"${id}"`).join(' or ')}`
  const error = { message, type: 'invalid_request_error', param: 'model', code: 'model_not_found' }
  return Response.json({ error }, { status: 404 })
}
