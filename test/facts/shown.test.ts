import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { ConfigError } from '../../src/errors.ts'
import { MASTER, startGateway } from '../kit.ts'
import { type Facts, startWith } from './kit.ts'

let facts: Facts

beforeAll(async () => {
  facts = await startWith(
    {
      vllm: [
        { id: 'small', max_model_len: 8000, max_output_tokens: 1000, supports_image_input: false },
        { id: 'large', max_model_len: 128_000, supports_image_input: true, shutdown_date: '2026-12-31' },
        { id: 'silent' },
      ],
      openai: [{ id: 'gpt-5' }],
    },
    {
      env: {
        MODEL_FACTS: JSON.stringify({
          '/': { tools: true },
          'vllm/': { reasoning: false, context_length: 1 },
          'vllm/silent': { context_length: 4000, tools: false },
          'vllm/small': { context_length: 16_000 },
          'vllm/large': { context_length: 128_000 },
          'openai/': { max_output_tokens: 128_000 },
        }),
        MODEL_PRICES: JSON.stringify({ 'vllm/small': { input: 0.5, output: 2 } }),
      },
    },
  )
  await facts.redirect('both', ['vllm/large', 'vllm/small'])
  await facts.redirect('nested', ['both', 'vllm/silent'])
  await facts.redirect('alias', ['vllm/large'])
  await facts.test.admin('PUT', '/admin/virtual-models', {
    source: 'vllm/silent',
    user_paths: ['/team'],
  })
})
afterAll(() => facts[Symbol.asyncDispose]())

describe('GET /v1/models', () => {
  test('says of a model what the operator, its provider and public data know, in this order', async () => {
    expect(await facts.model('vllm/small')).toEqual({
      id: 'vllm/small',
      object: 'model',
      created: 0,
      owned_by: 'vllm',
      context_length: 16_000,
      max_output_tokens: 1000,
      architecture: { input_modalities: ['text'] },
      capabilities: { function_calling: true, reasoning: false },
    })
    expect(await facts.model('openai/gpt-5')).toMatchObject({
      context_length: 400_000,
      max_output_tokens: 128_000,
    })
  })

  test('tells the day on which a model goes, and not that of one behind a redirect', async () => {
    expect(await facts.model('vllm/large')).toMatchObject({
      architecture: { input_modalities: ['text', 'image'] },
      shutdown_date: '2026-12-31',
    })
    expect(await facts.model('alias')).toMatchObject({ context_length: 128_000 })
    expect(await facts.model('alias')).not.toHaveProperty('shutdown_date')
  })

  test('says of a redirect what holds whichever target is asked', async () => {
    const both = await facts.model('both')
    expect(both).toMatchObject({
      context_length: 16_000,
      architecture: { input_modalities: ['text'] },
      capabilities: { function_calling: true, reasoning: false },
    })
    // Of one of them the longest answer is not known.
    expect(both).not.toHaveProperty('max_output_tokens')
  })

  test('counts only targets that the caller may reach', async () => {
    expect(await facts.model('nested')).toMatchObject({ context_length: 16_000 })
    expect(await facts.model('nested', { 'x-modelway-user-path': '/team' })).toMatchObject({
      context_length: 4000,
      capabilities: { function_calling: false },
    })
  })

  test('has the names of Anthropic for its clients, with null for what is not known', async () => {
    const headers = { 'anthropic-version': '2023-06-01' }
    expect(await facts.model('vllm/large', headers)).toMatchObject({
      max_input_tokens: 128_000,
      max_tokens: null,
      capabilities: null,
      retires_at: '2026-12-31T00:00:00Z',
    })
    expect(await facts.model('both', headers)).toMatchObject({ max_input_tokens: 16_000, retires_at: null })
  })

  test('is read by the official clients', async () => {
    const fetch = ((url: string, init: RequestInit) =>
      facts.test.fetch(url.replace('http://localhost:8080', ''), init)) as typeof globalThis.fetch
    const openai = new OpenAI({ baseURL: 'http://localhost:8080/v1', apiKey: MASTER, fetch })
    expect((await openai.models.list()).data.find(({ id }) => id === 'vllm/large')).toMatchObject({
      shutdown_date: '2026-12-31',
    })
    const anthropic = new Anthropic({ baseURL: 'http://localhost:8080', apiKey: MASTER, fetch })
    expect(await anthropic.models.retrieve('both')).toMatchObject({ max_input_tokens: 16_000 })
  })
})

test('GET /admin/models says who says it, and null where nobody does', async () => {
  const { body } = await facts.test.admin('GET', '/admin/models')
  const of = (id: string) => body.find((model: { id: string }) => model.id === id)
  expect(of('vllm/small')).toMatchObject({
    facts: {
      context_length: { value: 16_000, from: 'operator' },
      max_output_tokens: { value: 1000, from: 'provider' },
      images: { value: false, from: 'provider' },
      audio: null,
      shutdown_date: null,
    },
    price: { input: 0.5, output: 2 },
  })
  expect(of('openai/gpt-5')).toMatchObject({
    facts: { context_length: { value: 400_000, from: 'bundled' }, images: null },
    price: { input: 1.25, output: 10 },
  })
  expect(of('vllm/silent').price).toEqual({ input: null, output: null })
})

test('MODEL_FACTS is refused with the place of the mistake', async () => {
  const problem = async (MODEL_FACTS: string): Promise<string> => {
    try {
      await (await startGateway({ env: { MODEL_FACTS } })).close()
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.join('\n')
      throw error
    }
    return ''
  }
  const told: readonly (readonly [string, string])[] = [
    ['nope', 'expected JSON such as {"vllm/": {"context_length": 32768}}'],
    ['[]', 'expected a map such as {"vllm/": {"context_length": 32768}}'],
    ['{"a/b": {"context_lenght": 1}}', 'it is not known here. Did you mean "context_length"?'],
    ['{"a/b": {"context_length": 0}}', 'expected at least 1'],
    ['{"a/b": {"images": "yes"}}', 'it is text'],
    ['{"a/b": {"shutdown_date": "2026-02-30"}}', 'expected a day such as "2026-12-31"'],
  ]
  for (const [text, words] of told) expect(await problem(text)).toContain(words)
})
