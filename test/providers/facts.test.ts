import { expect, test } from 'bun:test'
import type { ModelFacts } from '../../src/contract/model.ts'
import { start, ways } from './vendors.ts'

/** What a vendor's list, as its documentation or its server has it, says of the one model in it. */
const told: readonly (readonly [vendor: string, page: object, facts: ModelFacts | undefined])[] = [
  [
    'openrouter',
    {
      data: [
        {
          id: 'one',
          context_length: 131_072,
          architecture: { input_modalities: ['text', 'image', 'file'], output_modalities: ['text'] },
          top_provider: { context_length: 131_072, max_completion_tokens: 32_768, is_moderated: false },
          supported_parameters: ['max_tokens', 'tools', 'structured_outputs'],
          expiration_date: '2026-12-31',
        },
      ],
    },
    {
      contextWindow: 131_072,
      maxOutput: 32_768,
      images: true,
      audio: false,
      pdfs: true,
      tools: true,
      reasoning: false,
      structuredOutput: true,
      retiresOn: '2026-12-31',
    },
  ],
  [
    'openrouter',
    // It reads files for models that do not, so a list without them denies nothing.
    {
      data: [
        {
          id: 'one',
          context_length: 8192,
          architecture: { input_modalities: ['text'] },
          top_provider: { max_completion_tokens: null },
          expiration_date: null,
        },
      ],
    },
    { contextWindow: 8192, images: false, audio: false },
  ],
  [
    'groq',
    { data: [{ id: 'one', active: true, context_window: 131_072, max_completion_tokens: 32_768 }] },
    { contextWindow: 131_072, maxOutput: 32_768 },
  ],
  [
    'mistral',
    {
      data: [
        {
          id: 'one',
          max_context_length: 262_144,
          capabilities: { completion_chat: true, function_calling: true, vision: false, reasoning: true },
          deprecation: '2026-11-30T12:00:00Z',
        },
      ],
    },
    { contextWindow: 262_144, images: false, tools: true, reasoning: true, retiresOn: '2026-11-30' },
  ],
  ['vllm', { data: [{ id: 'one', root: 'one', max_model_len: 32_768 }] }, { contextWindow: 32_768 }],
  ['sglang', { data: [{ id: 'one', max_model_len: 8192 }] }, { contextWindow: 8192 }],
  ['together', [{ id: 'one', type: 'chat', context_length: 131_072 }], { contextWindow: 131_072 }],
  ['together', [{ id: 'one', type: 'image', context_length: 0 }], undefined],
  [
    'fireworks',
    {
      data: [{ id: 'one', context_length: 1_048_576, supports_image_input: true, supports_tools: false }],
    },
    { contextWindow: 1_048_576, images: true, tools: false },
  ],
  [
    'moonshot',
    { data: [{ id: 'one', context_length: 262_144, supports_image_in: true, supports_reasoning: false }] },
    { contextWindow: 262_144, images: true, reasoning: false },
  ],
  // What it has made room for, and not what the model was trained for.
  [
    'llamacpp',
    { data: [{ id: 'one', meta: { n_ctx: 4096, n_ctx_train: 131_072 } }] },
    { contextWindow: 4096 },
  ],
  ['llamacpp', { data: [{ id: 'one', meta: { n_ctx_train: 131_072 } }] }, { contextWindow: 131_072 }],
  ['openai', { data: [{ id: 'one', shutdown_date: '2026-12-01' }] }, { retiresOn: '2026-12-01' }],
  ['openai', { data: [{ id: 'one', shutdown_date: null }] }, undefined],
  [
    'anthropic',
    {
      data: [
        {
          id: 'one',
          max_input_tokens: 1_000_000,
          max_tokens: 128_000,
          retires_at: '2027-02-01T00:00:00Z',
          capabilities: {
            image_input: { supported: true },
            pdf_input: { supported: true },
            structured_outputs: { supported: false },
            thinking: { supported: true, types: {} },
          },
        },
      ],
    },
    {
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      images: true,
      pdfs: true,
      reasoning: true,
      structuredOutput: false,
      retiresOn: '2027-02-01',
    },
  ],
  ['anthropic', { data: [{ id: 'one', max_input_tokens: null, capabilities: null }] }, undefined],
  [
    'gemini',
    {
      models: [
        {
          name: 'models/one',
          supportedGenerationMethods: ['generateContent'],
          inputTokenLimit: 1_048_576,
          outputTokenLimit: 65_536,
          thinking: true,
        },
      ],
    },
    { contextWindow: 1_048_576, maxOutput: 65_536, reasoning: true },
  ],
  ['cohere', { models: [{ name: 'one', context_length: 256_000 }] }, { contextWindow: 256_000 }],
  [
    'bedrock',
    {
      modelSummaries: [
        {
          modelId: 'one',
          providerName: 'Acme',
          inferenceTypesSupported: ['ON_DEMAND'],
          inputModalities: ['TEXT'],
          modelLifecycle: { status: 'LEGACY', endOfLifeTime: '2026-10-14T00:00:00Z' },
        },
      ],
      inferenceProfileSummaries: [],
    },
    { images: false, retiresOn: '2026-10-14' },
  ],
  // What nobody can believe is not known.
  [
    'vllm',
    {
      data: [
        {
          id: 'one',
          max_model_len: -1,
          context_length: '8192',
          max_output_tokens: 1.5,
          capabilities: { vision: 'yes', function_calling: 1 },
          architecture: { input_modalities: 'text' },
          shutdown_date: 'soon',
        },
      ],
    },
    undefined,
  ],
]

test.each(told)('%s says in its list what a model can (%#)', async (vendor, page, facts) => {
  const way = ways.find(({ name }) => name === vendor)!
  const [provider] = await start([way.plugin], way.environment({ secret: 'sk-1' }))
  const [model] = await provider!.models!(async () => page)
  expect(model).toMatchObject({ id: 'one' })
  expect(model!.facts).toEqual(facts as ModelFacts)
})
