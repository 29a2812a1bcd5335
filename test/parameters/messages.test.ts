import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MESSAGES, openStage, type Stage, user } from './kit.ts'

const COUNT = '/v1/messages/count_tokens'
const OPUS = 'anthropic/claude-opus-4-8'
const SONNET = 'anthropic/claude-sonnet-4-5'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ STRICT_PARAMETERS: 'true' })
})
afterAll(async () => stage[Symbol.asyncDispose]())

const messages = [user]
const question = { messages, max_tokens: 100 }

describe('a message', () => {
  test('is asked with what the redirect sets, in Anthropic’s language', async () => {
    await stage.set(SONNET, { temperature: 0.2, max_output_tokens: 2000, instructions: 'Be kind.' })
    const { got, warning } = await stage.ask(MESSAGES, { messages })
    expect(got).toEqual({
      model: 'claude-sonnet-4-5',
      messages,
      temperature: 0.2,
      max_tokens: 2000,
      system: 'Be kind.',
    })
    expect(warning).toBeNull()
  })

  test('is asked with it in OpenAI’s language', async () => {
    await stage.set('openai/gpt-5', {
      max_output_tokens: 50,
      reasoning_effort: 'high',
      instructions: 'Be kind.',
    })
    const { got, sent, warning } = await stage.ask(MESSAGES, { ...question, system: 'Mine.' })
    expect(sent?.path).toEndWith('/responses')
    expect(got).toMatchObject({ max_output_tokens: 50, reasoning: { effort: 'high' } })
    expect(got.input[0]).toMatchObject({ role: 'developer', content: 'Be kind.\n\nMine.' })
    expect(warning).toBe('max_tokens: "careful" sets 50')
  })

  test('is asked with it as a stream, too', async () => {
    await stage.set(SONNET, { temperature: 0 })
    const { got, text, warning } = await stage.ask(MESSAGES, { ...question, stream: true, temperature: 1 })
    expect(got).toMatchObject({ stream: true, temperature: 0 })
    expect(text).toContain('message_stop')
    expect(warning).toBe('temperature: "careful" sets 0')
  })

  test('that gives way is told and never refused, however strict the gateway is', async () => {
    await stage.set(SONNET, { temperature: 0.2, max_output_tokens: 10 })
    const { status, got, warning } = await stage.ask(MESSAGES, { ...question, temperature: 1, top_p: 0.5 })
    expect(status).toBe(200)
    expect(got).toEqual({ model: 'claude-sonnet-4-5', messages, temperature: 0.2, max_tokens: 10 })
    expect(warning).toBe(
      'top_p: "careful" leaves no room for it; temperature: "careful" sets 0.2; max_tokens: "careful" sets 10',
    )
  })

  test('keeps the blocks of its system words, with where they are cached', async () => {
    await stage.set(SONNET, { instructions: 'Be kind.' })
    const mine = { type: 'text', text: 'Mine.', cache_control: { type: 'ephemeral' } }
    const { got } = await stage.ask(MESSAGES, { ...question, system: [mine] })
    expect(got.system).toEqual([{ type: 'text', text: 'Be kind.' }, mine])
  })

  test('is refused in its own language where its system words are none', async () => {
    await stage.set(SONNET, { instructions: 'Be kind.' })
    const { status, text, sent } = await stage.ask(MESSAGES, { ...question, system: 5 })
    expect([status, sent]).toEqual([400, undefined])
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
    expect(text).toContain('system')
  })
})

describe('an effort', () => {
  const adaptive = { thinking: { type: 'adaptive' } }
  const efforts: readonly [string, string, object][] = [
    ['high', OPUS, { ...adaptive, output_config: { effort: 'high' } }],
    ['minimal', OPUS, { ...adaptive, output_config: { effort: 'low' } }],
    ['none', OPUS, { thinking: { type: 'disabled' } }],
    ['high', SONNET, { thinking: { type: 'enabled', budget_tokens: 3000 } }],
    ['none', SONNET, { thinking: { type: 'disabled' } }],
  ]
  for (const [effort, target, wanted] of efforts)
    test(`"${effort}" is told to ${target} in the words of its generation`, async () => {
      await stage.set(target, { reasoning_effort: effort })
      const { got } = await stage.ask(MESSAGES, { messages, max_tokens: 5000 })
      expect(got).toEqual({ model: target.split('/')[1], messages, max_tokens: 5000, ...wanted })
    })

  for (const effort of ['none', 'minimal', 'xhigh'])
    test(`"${effort}" is what another maker's model is told`, async () => {
      await stage.set('openai/one', { reasoning_effort: effort })
      const { got } = await stage.ask(MESSAGES, question)
      expect(got.reasoning_effort).toBe(effort)
    })

  test('takes the place of a budget, and of what Claude refuses beside thoughts', async () => {
    await stage.set(OPUS, { reasoning_effort: 'low' })
    const said = { thinking: { type: 'enabled', budget_tokens: 2000 }, temperature: 0.5, top_k: 3 }
    const { got, warning } = await stage.ask(MESSAGES, { messages, max_tokens: 5000, ...said })
    expect(got).toEqual({
      model: 'claude-opus-4-8',
      messages,
      max_tokens: 5000,
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    })
    expect(warning).toBe(
      'thinking: "careful" sets {"type":"adaptive"}; temperature: "careful" leaves no room for it; top_k: "careful" leaves no room for it',
    )
  })

  test('lets a call that has to use a tool use it', async () => {
    await stage.set(OPUS, { reasoning_effort: 'high' })
    const tools = [{ name: 'look', input_schema: { type: 'object' } }]
    const { got } = await stage.ask(MESSAGES, { ...question, tools, tool_choice: { type: 'any' } })
    expect(got.output_config).toEqual({ effort: 'high' })
    expect(got.thinking).toBeUndefined()
  })

  test('takes the place of a budget also where a tool has to be used', async () => {
    await stage.set(OPUS, { reasoning_effort: 'low' })
    const tools = [{ name: 'look', input_schema: { type: 'object' } }]
    const thinking = { type: 'enabled', budget_tokens: 60_000 }
    const asked = { messages, max_tokens: 70_000, thinking, tools, tool_choice: { type: 'any' } }
    const { got, warning } = await stage.ask(MESSAGES, asked)
    expect([got.output_config, got.thinking]).toEqual([{ effort: 'low' }, undefined])
    expect(warning).toContain('thinking: "careful" leaves no room for it')
  })

  test('is the only one, in whatever letters another one is written', async () => {
    await stage.set(OPUS, { reasoning_effort: 'low' })
    const { got } = await stage.ask(MESSAGES, { ...question, output_config: { Effort: 'high' } })
    expect(got.output_config).toEqual({ effort: 'low' })
  })
})

describe('a budget of the client', () => {
  const thinking = { type: 'enabled', budget_tokens: 10_000 }
  const ask = () => stage.ask(MESSAGES, { messages, max_tokens: 20_000, thinking })

  test('stays below the most that the redirect lets the model say', async () => {
    await stage.set(SONNET, { max_output_tokens: 5000 })
    const { got, warning } = await ask()
    expect(got).toMatchObject({ max_tokens: 5000, thinking: { type: 'enabled', budget_tokens: 1500 } })
    expect(warning).toContain('thinking.budget_tokens: "careful" sets 1500')
  })

  test('is left out where that leaves no room for one', async () => {
    await stage.set(SONNET, { max_output_tokens: 500 })
    const { got } = await ask()
    expect(got).toEqual({ model: 'claude-sonnet-4-5', messages, max_tokens: 500 })
  })

  test('stays as it is where there is room', async () => {
    await stage.set(SONNET, { max_output_tokens: 15_000 })
    expect((await ask()).got).toMatchObject({ max_tokens: 15_000, thinking })
  })
})

describe('tokens of a prompt', () => {
  test('are counted with what the model would read, and nothing else', async () => {
    const set = {
      temperature: 0.2,
      max_output_tokens: 10,
      reasoning_effort: 'high',
      instructions: 'Be kind.',
    }
    await stage.set(OPUS, set)
    const { got, sent } = await stage.ask(COUNT, { messages })
    expect(sent?.path).toEndWith('/messages/count_tokens')
    expect(got).toEqual({
      model: 'claude-opus-4-8',
      messages,
      system: 'Be kind.',
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    })
  })
})

describe('a temperature', () => {
  test('is left out for a Claude that has none, with a word', async () => {
    await using lenient = await openStage()
    await lenient.set(OPUS, { temperature: 0.2 })
    const { got, warning } = await lenient.ask(MESSAGES, question)
    expect(got.temperature).toBeUndefined()
    expect(warning).toBe('temperature: is not supported by this model, and was left out')
  })
})
