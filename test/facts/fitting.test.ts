import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Facts, startWith } from './kit.ts'

let facts: Facts

const SMALL = 'vllm/small'
const LARGE = 'openai/large'
const BLIND = 'vllm/blind'

beforeAll(async () => {
  facts = await startWith({
    vllm: [
      { id: 'small', max_model_len: 8192, max_output_tokens: 2000 },
      { id: 'blind', supports_image_input: false, supports_tools: false },
    ],
    openai: [
      { id: 'large', context_length: 1_000_000, supports_image_input: true },
      { id: 'unknown' },
      { id: 'gpt-4o' },
    ],
  })
  await facts.redirect('sizes', [SMALL, LARGE], { session_affinity: false })
  await facts.redirect('guess', [SMALL, 'openai/unknown'], { session_affinity: false })
  await facts.redirect('eyes', [BLIND, LARGE], { session_affinity: false })
  await facts.redirect('public', ['openai/gpt-4o', LARGE])
  await facts.redirect('session', [SMALL, LARGE])
  await facts.redirect('alone', [SMALL])
})
afterAll(() => facts[Symbol.asyncDispose]())

const words = (count: number) => 'word '.repeat(count)
const said = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const PICTURE = 'iVBORw0KGgo'.repeat(50_000)
const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PICTURE}` } }

test('the first call already knows what public data say', async () => {
  expect(await facts.asked('public', said(words(160_000)))).toEqual([LARGE])
})

describe('a redirect asks first who can take the call', () => {
  test('a prompt that certainly does not fit goes to the next, at once', async () => {
    expect(await facts.asked('sizes', said(words(1000)))).toEqual([SMALL])
    // 50,000 letters are 8,333 tokens at least.
    expect(await facts.asked('sizes', said(words(10_000)))).toEqual([LARGE])
    expect(await facts.asked('sizes', said(words(9_500)))).toEqual([SMALL])
  })

  test('all that a model reads counts: other turns, instructions, tools', async () => {
    const { messages } = said(words(4000))
    expect(await facts.asked('sizes', { messages: [...messages, ...messages, ...messages] })).toEqual([LARGE])
    const tools = [{ type: 'function', function: { name: 'f', description: words(10_000) } }]
    expect(await facts.asked('sizes', { ...said('Hello'), tools })).toEqual([LARGE])
  })

  test('in every language', async () => {
    const messages = { ...said(words(10_000)), max_tokens: 10 }
    expect(await facts.asked('sizes', messages, {}, '/v1/messages')).toEqual([LARGE])
    expect(await facts.asked('sizes', { input: words(10_000) }, {}, '/v1/responses')).toEqual([LARGE])
  })

  test('data of a picture are no text', async () => {
    expect(await facts.asked('sizes', said([{ type: 'text', text: 'What is it?' }, image]))).toEqual([SMALL])
  })

  test('where nobody knows how much the other reads, it is tried before one that is too small', async () => {
    expect(await facts.asked('guess', said(words(10_000)))).toEqual(['openai/unknown'])
  })

  test('a picture is shown to a model that sees', async () => {
    expect(await facts.asked('eyes', said('Hello'))).toEqual([BLIND])
    expect(await facts.asked('eyes', said([image]))).toEqual([LARGE])
    const source = { type: 'base64', media_type: 'image/png', data: PICTURE }
    const content = [{ type: 'image', source }]
    const message = { ...said(content), max_tokens: 10 }
    expect(await facts.asked('eyes', message, {}, '/v1/messages')).toEqual([LARGE])
    const bare = { messages: [{ role: 'user', content: 'What is it?', images: [PICTURE] }], stream: false }
    expect(await facts.asked('eyes', bare, {}, '/api/chat')).toEqual([LARGE])
    expect(await facts.asked('sizes', bare, {}, '/api/chat')).toEqual([SMALL])
    expect(await facts.asked('eyes', said('The word "image" alone is none'))).toEqual([BLIND])
  })

  test('tools, and more output than one writes, go to who has them', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect(await facts.asked('eyes', { ...said('Hello'), tools })).toEqual([LARGE])
    expect(await facts.asked('sizes', { ...said('Hello'), max_tokens: 2000 })).toEqual([SMALL])
    expect(await facts.asked('sizes', { ...said('Hello'), max_tokens: 2001 })).toEqual([LARGE])
    expect(await facts.asked('sizes', { ...said('Hello'), max_completion_tokens: 3000 })).toEqual([LARGE])
    const ollama = { ...said('Hello'), options: { num_predict: 3000 }, stream: false }
    expect(await facts.asked('sizes', ollama, {}, '/api/chat')).toEqual([LARGE])
  })
})

test('a session stays with the target that it had to move to', async () => {
  const session = { 'x-session-id': 'one' }
  expect(await facts.asked('session', said('Hello'), session)).toEqual([SMALL])
  expect(await facts.asked('session', said(words(10_000)), session)).toEqual([LARGE])
  expect(await facts.asked('session', said('Hello'), session)).toEqual([LARGE])
})

describe('nobody is left out', () => {
  test('a model that is known to be too small is asked where it is the only one', async () => {
    expect(await facts.asked('alone', said(words(10_000)))).toEqual([SMALL])
  })

  test('and where the others fail', async () => {
    facts.mocks.openai!.setPlan({ status: 500 })
    expect(await facts.asked('sizes', said(words(10_000)))).toEqual([SMALL])
  })
})

test('explain says what each target is known to take', async () => {
  const { body } = await facts.explain('sizes')
  expect(body.steps).toContainEqual({
    plugin: 'fitting',
    text: `Calls for more than that ask others first: "${SMALL}" takes 8,192 tokens, writes 2,000; "${LARGE}" takes 1,000,000 tokens`,
  })
})
