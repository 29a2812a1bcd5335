/** What clients send in each dialect. */

export interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | FormData
  /** Where the address says a part of it. Default: that of the dialect. */
  readonly path?: string
}

/** A request of a dialect for this model; streamed where the dialect has streams. */
export interface Sample {
  readonly stream: boolean
  make(model: string, stream: boolean): Sent
}

export const asJson = (body: object): Sent => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

type Field = string | File | readonly string[]

export function asForm(fields: Readonly<Record<string, Field>>): Sent {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat()) form.append(name, one as string)
  return { headers: {}, body: form }
}

const sound = () => new File([new Uint8Array([82, 73, 70, 70])], 'said.wav', { type: 'audio/wav' })
const picture = () => new File([new Uint8Array([137, 80, 78, 71])], 'seen.png', { type: 'image/png' })
const messages = [{ role: 'user', content: 'Hello' }]
const contents = [{ parts: [{ text: 'Hello' }] }]
const streaming = (isStream: boolean) => (isStream ? { stream: 'true' } : {})

export const samples: Readonly<Record<string, Sample>> = {
  'openai-chat': { stream: true, make: (model, stream) => asJson({ model, messages, stream }) },
  'openai-responses': { stream: true, make: (model, stream) => asJson({ model, input: 'Hello', stream }) },
  'openai-responses-compact': { stream: false, make: model => asJson({ model, input: 'Hello' }) },
  'openai-completions': { stream: true, make: (model, stream) => asJson({ model, prompt: 'Hello', stream }) },
  'openai-embeddings': { stream: false, make: model => asJson({ model, input: ['Hello', 'world'] }) },
  'openai-images': { stream: true, make: (model, stream) => asJson({ model, prompt: 'A tree', stream }) },
  'openai-image-edits': {
    stream: true,
    make: (model, stream) => asForm({ image: picture(), model, prompt: 'A tree', ...streaming(stream) }),
  },
  'openai-speech': {
    stream: true,
    make: (model, stream) =>
      asJson({ model, input: 'Hello', voice: 'alloy', ...(stream && { stream_format: 'sse' }) }),
  },
  'openai-transcriptions': {
    stream: true,
    make: (model, stream) => asForm({ file: sound(), model, ...streaming(stream) }),
  },
  'openai-translations': { stream: false, make: model => asForm({ file: sound(), model }) },
  'openai-moderations': { stream: false, make: model => asJson({ model, input: 'Hello' }) },
  'anthropic-messages': {
    stream: true,
    make: (model, stream) => asJson({ model, max_tokens: 9, messages, stream }),
  },
  'anthropic-count-tokens': { stream: false, make: model => asJson({ model, messages }) },
  'ollama-chat': { stream: true, make: (model, stream) => asJson({ model, messages, stream }) },
  'ollama-generate': { stream: true, make: (model, stream) => asJson({ model, prompt: 'Hello', stream }) },
  'ollama-embed': { stream: false, make: model => asJson({ model, input: ['Hello', 'world'] }) },
  'ollama-embeddings': { stream: false, make: model => asJson({ model, prompt: 'Hello' }) },
  'google-generate-content': {
    stream: true,
    make: (model, stream) => ({
      ...asJson({ contents }),
      path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    }),
  },
  'google-count-tokens': {
    stream: false,
    make: model => ({ ...asJson({ contents }), path: `/v1beta/models/${model}:countTokens` }),
  },
  rerank: { stream: false, make: model => asJson({ model, query: 'Hello', documents: ['a', 'b'] }) },
}

/** Dialects that OpenAI does not speak, and a provider that does. */
const elsewhere: Readonly<Record<string, string>> = {
  rerank: 'vllm',
  'anthropic-messages': 'anthropic',
  'anthropic-count-tokens': 'anthropic',
  'ollama-chat': 'ollama',
  'ollama-generate': 'ollama',
  'ollama-embed': 'ollama',
  'ollama-embeddings': 'ollama',
  'google-generate-content': 'gemini',
  'google-count-tokens': 'gemini',
}

/** A provider that speaks the dialect. */
export const speakerOf = (dialect: string): string => elsewhere[dialect] ?? 'openai'

/** A provider that has to be asked through a translation of a conversation. */
export const strangers: Readonly<Record<string, string>> = {
  'openai-chat': 'anthropic',
  'openai-responses': 'anthropic',
  'openai-responses-compact': 'anthropic',
  'openai-completions': 'anthropic',
  'anthropic-messages': 'openai',
  'anthropic-count-tokens': 'openai',
  'ollama-chat': 'anthropic',
  'google-generate-content': 'openai',
  'google-count-tokens': 'openai',
}
