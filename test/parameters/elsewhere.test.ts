import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openStage, RESPONSES, type Stage } from './kit.ts'

/** Responses, and the small languages. */

const all = {
  temperature: 0.2,
  top_p: 0.5,
  max_output_tokens: 10,
  reasoning_effort: 'high',
  instructions: 'Be kind.',
}
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => stage[Symbol.asyncDispose]())

describe('a response', () => {
  const question = { input: 'Hello', store: false }

  test('is asked with what the redirect sets, in its own language', async () => {
    await stage.set('openai/one', all)
    const { got, warning } = await stage.ask(RESPONSES, question)
    expect(got).toEqual({
      model: 'one',
      ...question,
      temperature: 0.2,
      top_p: 0.5,
      max_output_tokens: 10,
      reasoning: { effort: 'high' },
      instructions: 'Be kind.',
    })
    expect(warning).toBeNull()
  })

  test('gives way, and its caller is told', async () => {
    await stage.set('openai/one', all)
    const said = {
      temperature: 1,
      max_output_tokens: 99,
      reasoning: { effort: 'low', summary: 'auto' },
      instructions: 'Mine.',
    }
    const { got, warning } = await stage.ask(RESPONSES, { ...question, ...said })
    expect(got).toMatchObject({
      temperature: 0.2,
      max_output_tokens: 10,
      reasoning: { effort: 'high', summary: 'auto' },
      instructions: 'Be kind.\n\nMine.',
    })
    expect(warning).toBe(
      'temperature: "careful" sets 0.2; max_output_tokens: "careful" sets 10; reasoning.effort: "careful" sets "high"',
    )
  })

  test('is asked with it in Anthropic’s language, as a stream', async () => {
    await stage.set('anthropic/claude-opus-4-8', {
      max_output_tokens: 2000,
      reasoning_effort: 'low',
      instructions: 'Be kind.',
    })
    const { got, sent, text } = await stage.ask(RESPONSES, {
      ...question,
      stream: true,
      max_output_tokens: 5000,
    })
    expect(sent?.path).toEndWith('/messages')
    expect(got).toMatchObject({
      stream: true,
      max_tokens: 2000,
      output_config: { effort: 'low' },
      system: [{ type: 'text', text: 'Be kind.' }],
    })
    expect(text).toContain('response.completed')
  })

  test('that goes on with another one is told the instructions once each time', async () => {
    await stage.set('anthropic/claude-sonnet-4-5', { instructions: 'Be kind.' })
    const first = await stage.ask(RESPONSES, { input: 'Hello' })
    const { id } = JSON.parse(first.text) as { id: string }
    const { got } = await stage.ask(RESPONSES, { input: 'And then?', previous_response_id: id })
    expect(got.system).toEqual([{ type: 'text', text: 'Be kind.' }])
    expect(got.messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'user'])
  })

  test('that makes an input short is told the instructions only', async () => {
    await stage.set('openai/one', all)
    const { got } = await stage.ask(`${RESPONSES}/compact`, { input: 'Hello' })
    expect(got).toEqual({ model: 'one', input: 'Hello', instructions: 'Be kind.' })
  })

  test('is refused where its own instructions are no text', async () => {
    await stage.set('openai/one', all)
    const { status, text, sent } = await stage.ask(RESPONSES, { ...question, instructions: ['Mine.'] })
    expect([status, sent]).toEqual([400, undefined])
    expect(JSON.parse(text).error.param).toBe('instructions')
  })
})

describe('a completion', () => {
  test('takes what its language has a field for', async () => {
    await stage.set('openai/one', all)
    const { got, warning } = await stage.ask('/v1/completions', { prompt: 'Hello', max_tokens: 99 })
    expect(got).toEqual({ model: 'one', prompt: 'Hello', temperature: 0.2, top_p: 0.5, max_tokens: 10 })
    expect(warning).toBe('max_tokens: "careful" sets 10')
  })

  test('takes it to a chat model, too', async () => {
    await stage.set('anthropic/claude-sonnet-4-5', { temperature: 0.2, max_output_tokens: 10 })
    const { got } = await stage.ask('/v1/completions', { prompt: 'Hello' })
    expect(got).toMatchObject({ temperature: 0.2, max_tokens: 10 })
  })
})

describe('a language without such parameters', () => {
  test('is asked as its client asks', async () => {
    await stage.set('openai/one', all)
    const body = '{ "model":"careful", "input" : "Hello" }'
    const { sent, warning } = await stage.ask('/v1/embeddings', body)
    expect(sent?.body).toBe(body.replace('careful', 'one'))
    expect(warning).toBeNull()
  })
})
