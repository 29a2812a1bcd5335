import { plugins } from '../../plugins/index.ts'
import anthropic from '../../plugins/providers/anthropic.ts'
import bedrock from '../../plugins/providers/bedrock/index.ts'
import cohere from '../../plugins/providers/cohere/index.ts'
import gemini from '../../plugins/providers/gemini.ts'
import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { eventsOf, parse, type Recording, readers, type Wire } from './recordings.ts'
import type { Came, Told } from './told.ts'

/** The languages that clients speak. */
export const clients = ['chat', 'messages', 'responses'] as const
export type Client = (typeof clients)[number]

/** Speaks everything that clients speak. */
const native = openaiCompatible({
  name: 'native',
  about: 'Speaks the language of every client.',
  baseUrl: 'http://127.0.0.1:1/v1',
  speaks: ['openai-chat', 'openai-responses', 'anthropic-messages'],
})

const nobody = 'http://127.0.0.1:1/v1'

/** These speak nothing that a client speaks: every call goes through the AI SDK. */
const foreign = [
  openaiCompatible({ name: 'plain', about: 'Chat.', baseUrl: nobody, speaks: [] }),
  modelProvider({
    name: 'claude',
    about: 'Messages.',
    baseUrl: nobody,
    offers: ['language'],
    optionsKey: 'anthropic',
    async load({ baseUrl, fetch }) {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
    },
  }),
  modelProvider({
    name: 'gpt',
    about: 'Responses.',
    baseUrl: nobody,
    offers: ['language'],
    optionsKey: 'openai',
    async load({ baseUrl, fetch }) {
      const { createOpenAI } = await import('@ai-sdk/openai')
      const openai = createOpenAI({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
      return { languageModel: id => openai.responses(id) }
    },
  }),
]

const grok = modelProvider({
  name: 'grok',
  about: 'Responses of xAI.',
  baseUrl: nobody,
  offers: ['language'],
  optionsKey: 'xai',
  async load({ baseUrl, fetch }) {
    const { createXai } = await import('@ai-sdk/xai')
    return createXai({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
  },
})

/** Who answers in a language, for clients that speak another one. */
const answers: Readonly<Record<Wire, string>> = {
  chat: 'plain',
  messages: 'claude',
  responses: 'gpt',
  gemini: 'gemini',
  bedrock: 'bedrock',
  cohere: 'cohere',
}

/** Whose package reads the languages of those who have one of their own. */
const own: Readonly<Record<string, string>> = { 'chat mistral': 'mistral', 'responses xai': 'grok' }

export const translator = ({ wire, name }: Recording): string =>
  own[`${wire} ${name.split('/')[0]}`] ?? answers[wire]

const paths: Readonly<Record<Client, string>> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  responses: '/v1/responses',
}

const hello = [{ role: 'user', content: 'Hello' }]
const bodies: Readonly<Record<Client, (stream: boolean) => object>> = {
  chat: stream => ({ messages: hello, ...(stream && { stream, stream_options: { include_usage: true } }) }),
  messages: stream => ({ messages: hello, max_tokens: 100, stream }),
  responses: stream => ({ input: 'Hello', stream }),
}

export interface Stage extends AsyncDisposable {
  readonly gateway: TestGateway
  readonly mock: MockProvider
  /** What a client is told of a recording. */
  play(recording: Recording, client: Client, provider: string, splitAt?: number | number[]): Promise<Heard>
}

export interface Heard {
  readonly status: number
  readonly text: string
  readonly told: Told
}

/** A provider that plays recordings, and the whole gateway before it. */
export async function openStage(): Promise<Stage> {
  const mock = createMockProvider({ models: ['m'] })
  const names = ['NATIVE', 'PLAIN', 'CLAUDE', 'GPT', 'GROK', 'GEMINI', 'BEDROCK', 'COHERE', 'MISTRAL']
  const ours = [anthropic, bedrock, cohere, gemini].filter(plugin => !plugins.includes(plugin))
  const gateway = await startGateway({
    extra: [native, ...foreign, grok, ...ours],
    env: {
      ...Object.fromEntries(names.map(name => [`${name}_BASE_URL`, mock.url])),
      ...Object.fromEntries(names.map(name => [`${name}_API_KEY`, 'sk-upstream'])),
      ...Object.fromEntries(names.map(name => [`${name}_MODELS`, 'm'])),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
  })
  return {
    gateway,
    mock,
    async play({ came, bytes, contentType }, client, provider, splitAt) {
      const stream = came.kind === 'stream'
      mock.setPlan({
        bodyBase64: bytes.toString('base64'),
        contentType,
        ...(splitAt !== undefined && { splitAt }),
      })
      const response = await gateway.fetch(paths[client], {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: `${provider}/m`, ...bodies[client](stream) }),
      })
      const text = await response.text()
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      const back: Came = isStream
        ? { kind: 'stream', events: eventsOf(text) }
        : { kind: 'whole', json: parse(text) ?? {} }
      const told = readers[client](back)
      return { status: response.status, text, told: { ...told, failed: told.failed || !response.ok } }
    },
    async [Symbol.asyncDispose]() {
      await gateway.close()
      mock.stop()
    },
  }
}
