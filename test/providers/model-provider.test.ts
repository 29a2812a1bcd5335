import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4, ProviderV4 } from '@ai-sdk/provider'
import type { Provider, UpstreamCall } from '../../src/contract/provider.ts'
import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { readPages, withParameter } from '../../src/vendors/model-list.ts'
import { type ModelProvider, modelProvider } from '../../src/vendors/model-provider.ts'
import { MASTER, startGateway } from '../kit.ts'
import { options } from './recorded.ts'
import { start } from './vendors.ts'

/** A stranger's package, as npm has many: it insists on a key and fetches by itself. */
function createAcme({
  apiKey,
  baseURL,
  fetch,
}: {
  apiKey: string
  baseURL: string
  fetch: typeof globalThis.fetch
}) {
  if (apiKey === '') throw new Error('A key is needed')
  const languageModel = (modelId: string): LanguageModelV4 => ({
    specificationVersion: 'v4',
    provider: 'acme',
    modelId,
    supportedUrls: {},
    async doGenerate() {
      const response = await fetch(`${baseURL}/say/${modelId}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'x-api-key': apiKey, 'x-acme': '1' },
        body: '{}',
      })
      return {
        content: [{ type: 'text', text: await response.text() }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } } as never,
        warnings: [],
      }
    },
    doStream: () => Promise.reject(new Error('not here')),
  })
  return { languageModel, embeddingModel: (modelId: string) => ({ modelId }) } as unknown as ProviderV4
}

let loads = 0
const acme: ModelProvider = {
  name: 'acme',
  about: 'Models of Acme.',
  baseUrl: 'https://api.acme.example/v1',
  offers: ['language', 'embedding'],
  async load({ baseUrl, fetch }) {
    loads++
    return createAcme({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
  },
}

interface Sent {
  readonly url: string
  readonly headers: Headers
}

async function one(declared: ModelProvider, environment: Record<string, string>) {
  const sent: Sent[] = []
  const fetch = async (url: string, init: RequestInit = {}) => {
    sent.push({ url, headers: new Headers(init.headers) })
    return new Response('Hello')
  }
  const [provider] = await start([modelProvider(declared)], environment, { fetch })
  return { provider: provider as Provider, sent }
}

const say = async (provider: Provider, model = 'm') =>
  (await provider.offers!.language!(model)).doGenerate(options)

describe('modelProvider()', () => {
  test('makes a provider of a package in a few lines, loaded with the first call and once', async () => {
    loads = 0
    const { provider, sent } = await one(acme, { ACME_API_KEY: 'sk-1' })
    expect(loads).toBe(0)
    await Promise.all([say(provider), say(provider), say(provider)])
    expect(loads).toBe(1)
    expect(sent[0]?.url).toBe('https://api.acme.example/v1/say/m')
  })

  test('puts the credentials into what the package sends, in the place of its own', async () => {
    const { provider, sent } = await one(acme, { ACME_API_KEY: 'sk-1' })
    await say(provider)
    expect(Object.fromEntries(sent[0]!.headers)).toEqual({
      authorization: 'Bearer sk-1',
      'accept-encoding': 'identity',
      'x-acme': '1',
    })
    const keyless = await one(acme, { ACME_BASE_URL: 'http://proxy/acme' })
    await say(keyless.provider)
    expect(keyless.sent[0]?.url).toBe('http://proxy/acme/say/m')
    expect(JSON.stringify([...keyless.sent[0]!.headers])).not.toContain(KEY_IN_FETCH)
  })

  test('loads again after a failure', async () => {
    let isBroken = true
    const load: ModelProvider['load'] = async setup => {
      if (isBroken) throw new Error('Cannot find the package')
      return acme.load(setup)
    }
    const { provider } = await one({ ...acme, load }, { ACME_API_KEY: 'sk-1' })
    expect(await say(provider).catch(error => error.message)).toBe('Cannot find the package')
    isBroken = false
    expect((await say(provider)).content).toEqual([{ type: 'text', text: 'Hello' }])
  })

  test('offers the kinds that are declared, and no others', async () => {
    const { provider } = await one(acme, { ACME_API_KEY: 'sk-1' })
    expect(Object.keys(provider.offers!)).toEqual(['language', 'embedding'])
    expect((await provider.offers!.embedding!('e')).modelId).toBe('e')
  })

  test('signs the package’s calls, native calls and the list with the same last step', async () => {
    const signed: UpstreamCall[] = []
    const declared: ModelProvider = {
      ...acme,
      access: () => ({
        headers: { 'x-own': '1' },
        sign: async call => {
          signed.push(call)
          return { ...call, headers: { ...call.headers, 'x-signature': String(signed.length) } }
        },
      }),
      models: async ({ baseUrl, get }) => {
        await get(`${baseUrl}/list`)
        return []
      },
    }
    const { provider, sent } = await one(declared, { ACME_API_KEY: 'sk-1' })
    await say(provider)
    expect(sent[0]?.headers.get('x-signature')).toBe('1')
    expect(signed[0]).toMatchObject({ method: 'POST', body: '{}', url: 'https://api.acme.example/v1/say/m' })
    const native = await provider.native!({ method: 'DELETE', path: '/x', query: '', headers: {} })
    expect(native.headers).toMatchObject({ 'x-signature': '2', 'x-own': '1' })
    await provider.models!(async (_, headers) =>
      expect(headers).toEqual({ 'x-own': '1', 'x-signature': '3' }),
    )
    expect(signed[2]).toMatchObject({ method: 'GET', url: 'https://api.acme.example/v1/list' })
  })

  test('serves a stranger’s package through the whole gateway, which guards its fetch', async () => {
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('Hello') })
    const elsewhere: ModelProvider = {
      ...acme,
      name: 'astray',
      load: async ({ fetch }) => createAcme({ baseURL: 'http://127.0.0.1:9', apiKey: KEY_IN_FETCH, fetch }),
    }
    const gateway = await startGateway({
      env: { ACME_BASE_URL: `http://127.0.0.1:${server.port}`, ASTRAY_API_KEY: 'sk-1', RETRIES: '0' },
      extra: [modelProvider(acme), modelProvider(elsewhere)],
    })
    const ask = (model: string) =>
      gateway.json('/v1/messages', {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
      })
    try {
      expect((await ask('acme/m')).body.content).toEqual([
        expect.objectContaining({ type: 'text', text: 'Hello' }),
      ])
      expect((await ask('astray/m')).status).toBe(502)
    } finally {
      await gateway.close()
      server.stop(true)
    }
  })
})

describe('spoken languages', () => {
  const wires = async (declared: Partial<ModelProvider>, baseUrl?: string) => {
    const environment = { ACME_API_KEY: 'k', ...(baseUrl !== undefined && { ACME_BASE_URL: baseUrl }) }
    const { provider } = await one({ ...acme, ...declared }, environment)
    const call = (dialect: string) =>
      provider.call(
        { dialect, model: 'm', body: '', headers: {}, stream: false },
        AbortSignal.abort(),
      ) as UpstreamCall
    return Object.fromEntries([...provider.wires].map(dialect => [dialect, call(dialect).url]))
  }

  test('have their usual places, or others', async () => {
    const at = { rerank: '/v2/rank' } as const
    expect(await wires({ speaks: ['openai-chat', 'rerank'], at })).toEqual({
      'openai-chat': 'https://api.acme.example/v1/chat/completions',
      rerank: 'https://api.acme.example/v1/v2/rank',
    })
  })

  test('beside the base URL are spoken at the vendor’s own host, whatever the path, and nowhere else', async () => {
    const declared = { atRoot: { 'anthropic-messages': '/anthropic/v1/messages' } } as const
    const url = 'https://api.acme.example/anthropic/v1/messages'
    expect(await wires(declared)).toEqual({ 'anthropic-messages': url })
    expect(await wires(declared, 'https://api.acme.example/coding/v4')).toEqual({ 'anthropic-messages': url })
    expect(await wires(declared, 'https://proxy.example/v1')).toEqual({})
    expect(await wires(declared, 'http://api.acme.example/v1')).toEqual({})
  })
})

describe('readPages()', () => {
  const shape = {
    list: 'models',
    read: ({ name }: Readonly<Record<string, unknown>>) => ({ id: name }),
    next: ({ token }: Readonly<Record<string, unknown>>, url: string) => withParameter(url, 'page', token),
  }
  const read = (get: (url: string) => Promise<unknown>) =>
    readPages({ provider: 'acme', url: 'https://x.example/models?size=2', get, shape })

  test('reads page after page, and each id once', async () => {
    const pages: Record<string, unknown> = {
      'https://x.example/models?size=2': { models: [{ name: 'a' }, { name: 'b' }], token: 't/1' },
      'https://x.example/models?size=2&page=t%2F1': { models: [{ name: 'b' }, { name: 'c' }], token: '' },
    }
    expect((await read(async url => pages[url])).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  test('does not go round in circles for ever', async () => {
    const error = await read(async () => ({ models: [], token: 't' })).catch(error => error)
    expect(error.message).toBe('Provider "acme" lists its models on more than 50 pages')
  })

  test('has a bound for all pages together', async () => {
    let page = 0
    const get = async () => {
      page++
      return { models: Array.from({ length: 9000 }, (_, n) => ({ name: `${page}-${n}` })), token: `t${page}` }
    }
    expect((await read(get).catch(error => error)).message).toContain('27000 models: at most 20000 are read')
  })
})
