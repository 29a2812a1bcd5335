import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Model } from '../../src/contract/model.ts'
import type { CallFacts, Provider, UpstreamCall } from '../../src/contract/provider.ts'
import { ConfigError } from '../../src/errors.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { type Reply, type Stub, startStub } from './stub.ts'
import { README, render, unpadded, withTable } from './table.ts'
import { keyed, start } from './vendors.ts'

/** What is special about a vendor, with answers in the shapes that its reference shows. */

const plugins = keyed.map(({ plugin }) => plugin)
const one = async (environment: Record<string, string>): Promise<Provider> =>
  (await start(plugins, environment))[0]!

async function urlOf(provider: Provider, dialect = 'openai-chat'): Promise<string> {
  const facts: CallFacts = { dialect, model: 'm', body: '{"model":"m"}', headers: {}, stream: false }
  return ((await provider.call(facts, new AbortController().signal)) as UpstreamCall).url
}

/** The list of a provider, and where it was asked for. */
async function listOf(
  provider: Provider,
  answer: (url: string) => unknown,
): Promise<{ asked: string[]; models: readonly Model[] }> {
  const asked: string[] = []
  const models = await provider.models!(async url => {
    asked.push(url)
    return answer(url)
  })
  return { asked, models }
}

test('plugins/providers/README.md says what the vendors declare; bun test/providers/table.ts writes it', async () => {
  const page = await Bun.file(README).text()
  expect(unpadded(page) === unpadded(withTable(page, await render()))).toBe(true)
})

describe('an address for each customer', () => {
  test.each([
    ['ALIBABA', 'https://ws.ap-southeast-1.maas.aliyuncs.com', '/compatible-mode/v1/chat/completions'],
    ['DATABRICKS', 'https://ws.cloud.databricks.com', '/serving-endpoints/chat/completions'],
    ['SNOWFLAKE', 'https://acme.snowflakecomputing.com', '/api/v2/cortex/v1/chat/completions'],
    ['DOCKER_MODEL_RUNNER', 'http://docker:12434', '/engines/v1/chat/completions'],
  ])('%s understands the one that its customers see', async (prefix, address, path) => {
    const provider = await one({ [`${prefix}_BASE_URL`]: address, [`${prefix}_API_KEY`]: 'k' })
    expect(await urlOf(provider)).toBe(address + path)
  })

  test('messages that live beside the API are asked for at the vendor only', async () => {
    const provider = await one({ MINIMAX_API_KEY: 'k' })
    expect(await urlOf(provider, 'anthropic-messages')).toBe('https://api.minimax.io/anthropic/v1/messages')
    const own = await one({ MINIMAX_BASE_URL: 'http://proxy/v1' })
    expect(own.wires.has('anthropic-messages')).toBe(false)
  })

  test('without a list of models all can be called, and those that are named are listed', async () => {
    const provider = await one({ TEI_BASE_URL: 'http://gpu:8080', TEI_MODELS: 'bge' })
    expect(provider).not.toHaveProperty('models')
    expect(provider.configuredModels).toEqual(['bge'])
  })
})

describe('cloudflare', () => {
  const id = '0123456789abcdef0123456789abcdef'
  const base = `https://api.cloudflare.com/client/v4/accounts/${id}/ai`

  test('is called in an account, which other tools may have named', async () => {
    for (const variable of ['CLOUDFLARE_ACCOUNT_ID', 'CLOUDFLARE_AI_ACCOUNT_ID'])
      expect(await urlOf(await one({ CLOUDFLARE_AI_API_KEY: 'k', [variable]: id }))).toBe(
        `${base}/v1/chat/completions`,
      )
  })

  test.each([
    [undefined, 'set CLOUDFLARE_AI_API_KEY and CLOUDFLARE_AI_ACCOUNT_ID, or CLOUDFLARE_AI_BASE_URL'],
    ['../../user', 'Cannot use CLOUDFLARE_AI_ACCOUNT_ID: expected the id of an account'],
  ])('stops the start with one line when the account is %p', async (account, words) => {
    const more = account === undefined ? {} : { CLOUDFLARE_AI_ACCOUNT_ID: account }
    const error = await one({ CLOUDFLARE_AI_API_KEY: 'k', ...more }).catch(error => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toContain(words)
  })

  test('lists what can be called here, from all pages', async () => {
    const entry = (name: string, task: string) => ({ id: 'f0…', name, task: { name: task } })
    const pages = [
      [entry('@cf/meta/llama-3.1-8b-instruct', 'Text Generation'), entry('@cf/x', 'Text-to-Image')],
      [entry('@cf/baai/bge-large-en-v1.5', 'Text Embeddings')],
    ]
    const { asked, models } = await listOf(
      await one({ CLOUDFLARE_AI_API_KEY: 'k', CLOUDFLARE_ACCOUNT_ID: id }),
      url => {
        const page = Number(new URL(url).searchParams.get('page'))
        return { success: true, result: pages[page - 1], result_info: { page, per_page: 2, total_count: 3 } }
      },
    )
    expect(asked).toEqual([1, 2].map(page => `${base}/models/search?per_page=100&page=${page}`))
    expect(models.map(({ id }) => id)).toEqual([
      '@cf/meta/llama-3.1-8b-instruct',
      '@cf/baai/bge-large-en-v1.5',
    ])
  })
})

describe('lists of other shapes', () => {
  test('github-models: the catalog stands beside the API', async () => {
    const entry = {
      id: 'openai/gpt-4.1',
      name: 'OpenAI GPT-4.1',
      publisher: 'OpenAI',
      rate_limit_tier: 'high',
      supported_input_modalities: ['text', 'image', 'audio'],
      supported_output_modalities: ['text'],
    }
    for (const variables of [
      { GITHUB_MODELS_API_KEY: 'k' },
      { GITHUB_MODELS_BASE_URL: 'https://models.github.ai/orgs/acme/inference' },
    ])
      expect(await listOf(await one(variables), () => [entry])).toEqual({
        asked: ['https://models.github.ai/catalog/models'],
        models: [
          { id: 'openai/gpt-4.1', created: 0, ownedBy: 'OpenAI', facts: { images: true, audio: true } },
        ],
      })
  })

  test('elevenlabs: what cannot speak is left out', async () => {
    const { models } = await listOf(await one({ ELEVENLABS_API_KEY: 'k' }), () => [
      { model_id: 'eleven_v3', name: 'Eleven v3', can_do_text_to_speech: true },
      { model_id: 'eleven_english_sts_v2', can_do_text_to_speech: false, can_do_voice_conversion: true },
    ])
    expect(models.map(({ id }) => id)).toEqual(['eleven_v3'])
  })

  test('deepgram: what listens to streams only is left out', async () => {
    const { models } = await listOf(await one({ DEEPGRAM_API_KEY: 'k' }), () => ({
      stt: [
        { name: 'general', canonical_name: 'nova-3-general', batch: true, streaming: true },
        { name: 'general', canonical_name: 'flux-general-en', batch: false, streaming: true },
      ],
      tts: [{ name: 'thalia', canonical_name: 'aura-2-thalia-en' }],
    }))
    expect(models.map(({ id }) => id)).toEqual(['nova-3-general', 'aura-2-thalia-en'])
  })
})

describe('behind the gateway', () => {
  const json = (body: unknown): Reply => ({ body: JSON.stringify(body) })
  let stub: Stub
  let gateway: TestGateway
  beforeAll(async () => {
    stub = startStub(() => ({ status: 404, body: '{}' }))
    const named = ['DEEPGRAM', 'ELEVENLABS', 'JINA', 'MINIMAX', 'SNOWFLAKE', 'VLLM']
    const env = named.flatMap(name => [
      [`${name}_API_KEY`, `key-of-${name.toLowerCase()}`],
      [`${name}_BASE_URL`, stub.url],
    ])
    gateway = await startGateway({ env: { ...Object.fromEntries(env), RETRIES: '0' } })
  })
  afterAll(async () => {
    await gateway.close()
    stub.stop()
  })
  const asked = () => stub.received.filter(({ method }) => method === 'POST')
  const post = (path: string, body: object | FormData) => {
    stub.received.length = 0
    const isForm = body instanceof FormData
    return gateway.fetch(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${MASTER}`,
        ...(!isForm && { 'content-type': 'application/json' }),
      },
      body: isForm ? body : JSON.stringify(body),
    })
  }

  test('elevenlabs speaks with a voice that goes by its id', async () => {
    stub.reply = () => ({ contentType: 'audio/mpeg', body: 'sound' })
    const speech = { model: 'elevenlabs/eleven_v3', input: 'Hello', voice: 'JBFqnCBsd6RMkjVDRZzb' }
    const response = await post('/v1/audio/speech', speech)
    expect([response.status, await response.text()]).toEqual([200, 'sound'])
    const [call] = asked()
    expect(call!.path).toStartWith('/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb?')
    expect(call!.headers.get('xi-api-key')).toBe('key-of-elevenlabs')
    expect(JSON.parse(call!.body)).toMatchObject({ text: 'Hello', model_id: 'eleven_v3' })
  })

  test.each(['../../v1/user', 'a?b=', 'a/b', ''])('no voice leads elsewhere: %p', async voice => {
    const speech = { model: 'elevenlabs/eleven_v3', input: 'Hello', voice }
    const response = await post('/v1/audio/speech', speech)
    expect([response.status, ((await response.json()) as { error: object }).error]).toMatchObject([
      400,
      { param: 'voice' },
    ])
    expect(asked()).toEqual([])
  })

  test('deepgram listens to a file', async () => {
    stub.reply = () =>
      json({
        metadata: { duration: 1.5 },
        results: { channels: [{ alternatives: [{ transcript: 'Good morning', words: [] }] }] },
      })
    const form = new FormData()
    form.set('model', 'deepgram/nova-3')
    form.set('file', new File(['RIFF'], 'a.wav', { type: 'audio/wav' }))
    const response = await post('/v1/audio/transcriptions', form)
    expect(await response.json()).toMatchObject({ text: 'Good morning' })
    const [call] = asked()
    expect(call!.path).toStartWith('/v1/listen?model=nova-3')
    expect(call!.headers.get('authorization')).toBe('Token key-of-deepgram')
  })

  const sayYes = ({ body }: { body: string }): Reply =>
    json({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: JSON.parse(body).model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Yes' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    })
  const messages = [{ role: 'user', content: 'Hi' }]

  test('one without chat is not asked to chat, and the next target is', async () => {
    stub.reply = sayYes
    const alone = await post('/v1/chat/completions', { model: 'jina/jina-embeddings-v3', messages })
    expect([alone.status, asked()]).toEqual([400, []])
    await gateway.admin('PUT', '/admin/virtual-models', {
      source: 'pair',
      targets: [{ model: 'jina/jina-embeddings-v3' }, { model: 'vllm/qwen3' }],
      strategy: 'failover',
      force: true,
    })
    expect((await post('/v1/chat/completions', { model: 'pair', messages })).status).toBe(200)
    expect(asked().map(({ path }) => path)).toEqual(['/v1/chat/completions'])
  })

  test('jina reranks as it does for its own clients', async () => {
    const answer = { model: 'r', usage: { total_tokens: 15 }, results: [{ index: 1, relevance_score: 0.9 }] }
    stub.reply = () => json(answer)
    const body = { query: 'sea', documents: ['mountain', 'beach'], top_n: 1 }
    const response = await post('/v1/rerank', { model: 'jina/jina-reranker-v2-base-multilingual', ...body })
    expect(await response.json()).toMatchObject({ results: answer.results })
    expect(JSON.parse(asked()[0]!.body)).toEqual({ model: 'jina-reranker-v2-base-multilingual', ...body })
  })

  test('what minimax refuses is mended, and a limit has the name that it has there', async () => {
    stub.reply = sayYes
    await post('/v1/messages', { model: 'minimax/MiniMax-M3', max_tokens: 50, temperature: 0, messages })
    const sent = JSON.parse(asked()[0]!.body)
    expect(sent).toMatchObject({ max_completion_tokens: 50, temperature: 0.01 })
    expect(sent).not.toHaveProperty('max_tokens')
  })

  test('what snowflake passes over without a word is told by the gateway', async () => {
    stub.reply = sayYes
    const call = { model: 'snowflake/llama3.1-70b', max_tokens: 50, stop_sequences: ['END'], messages }
    const { headers } = await post('/v1/messages', call)
    expect(headers.get('x-modelway-warning')).toContain('stop_sequences: this model takes none')
  })
})
