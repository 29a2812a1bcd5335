import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { CHAT, openStage, type Stage, user } from './kit.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => stage[Symbol.asyncDispose]())

const messages = [user]

describe('a chat that says nothing of it', () => {
  test('is asked with what the redirect sets, in OpenAI’s language', async () => {
    const parameters = { temperature: 0.2, top_p: 0.5, max_output_tokens: 2000, reasoning_effort: 'high' }
    await stage.set('vllm/one', parameters)
    const { got, warning } = await stage.ask(CHAT, { messages })
    expect(got).toEqual({
      model: 'one',
      messages,
      temperature: 0.2,
      top_p: 0.5,
      max_tokens: 2000,
      reasoning_effort: 'high',
    })
    expect(warning).toBeNull()
  })

  test('is asked with it in Anthropic’s language', async () => {
    const parameters = { max_output_tokens: 2000, reasoning_effort: 'high', instructions: 'Be kind.' }
    await stage.set('anthropic/claude-opus-4-8', parameters)
    const { got, sent } = await stage.ask(CHAT, { messages })
    expect(sent?.path).toEndWith('/messages')
    expect(got).toMatchObject({
      max_tokens: 2000,
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
      system: [{ type: 'text', text: 'Be kind.' }],
    })
  })

  test('is asked with it as a stream, too', async () => {
    await stage.set('vllm/one', { temperature: 0 })
    const { got, text, headers } = await stage.ask(CHAT, { messages, stream: true, temperature: 1 })
    expect(got).toMatchObject({ stream: true, temperature: 0 })
    expect(text).toEndWith('data: [DONE]\n\n')
    expect(headers.get('x-modelway-warning')).toBe('temperature: "careful" sets 0')
  })

  test('has its limit by the name that the vendor takes', async () => {
    await stage.set('openai/gpt-5', { max_output_tokens: 7 })
    const { got } = await stage.ask(CHAT, { messages })
    expect(got.max_completion_tokens).toBe(7)
    expect(got.max_tokens).toBeUndefined()
  })
})

describe('a chat that says otherwise', () => {
  test('gives way, and its caller is told', async () => {
    await stage.set('vllm/one', { temperature: 0.2, top_p: 0.5, reasoning_effort: 'high' })
    const said = { temperature: 1, top_p: 0.5, reasoning_effort: 'low' }
    const { got, warning } = await stage.ask(CHAT, { messages, ...said })
    expect(got).toMatchObject({ temperature: 0.2, top_p: 0.5, reasoning_effort: 'high' })
    expect(warning).toBe('reasoning_effort: "careful" sets "high"; temperature: "careful" sets 0.2')
  })

  test('is told also where the call is translated', async () => {
    await stage.set('anthropic/claude-sonnet-4-5', { temperature: 0.2 })
    const { got, warning } = await stage.ask(CHAT, { messages, temperature: 1 })
    expect(got.temperature).toBe(0.2)
    expect(warning).toBe('temperature: "careful" sets 0.2')
  })

  test('says its effort in no words that a server has for its models', async () => {
    await stage.set('vllm/one', { reasoning_effort: 'low' })
    const kwargs = { reasoning_effort: 'high', language: 'en' }
    const said = { chat_template_kwargs: kwargs, enable_thinking: true, thinking_budget: 60_000 }
    const { got, warning } = await stage.ask(CHAT, { messages, ...said })
    const chat_template_kwargs = { language: 'en' }
    expect(got).toEqual({ model: 'one', messages, chat_template_kwargs, reasoning_effort: 'low' })
    for (const field of Object.keys(said)) expect(warning).toContain(`${field}: "careful"`)
  })

  test('says its effort in the words of one vendor only', async () => {
    await stage.set('vllm/one', { reasoning_effort: 'high' })
    const said = { reasoning: { effort: 'low', exclude: true }, thinking: { type: 'disabled' } }
    const { got, warning } = await stage.ask(CHAT, { messages, ...said })
    expect(got).toEqual({ model: 'one', messages, reasoning: { exclude: true }, reasoning_effort: 'high' })
    expect(warning).toBe(
      'reasoning: "careful" leaves no room for it; thinking: "careful" leaves no room for it',
    )
  })
})

describe('the limit of output', () => {
  const cases: readonly [string, object, object, string | null][] = [
    ['less than the most stays', { max_tokens: 5 }, { max_tokens: 5 }, null],
    ['as much as the most stays', { max_tokens: 10 }, { max_tokens: 10 }, null],
    ['more than the most is cut', { max_tokens: 11 }, { max_tokens: 10 }, 'max_tokens: "careful" sets 10'],
    ['no limit is the most', { max_tokens: -1 }, { max_tokens: 10 }, 'max_tokens: "careful" sets 10'],
    ['a text is the most', { max_tokens: '9999' }, { max_tokens: 10 }, 'max_tokens: "careful" sets 10'],
    [
      'the newer name stays the newer name',
      { max_completion_tokens: 99 },
      { max_completion_tokens: 10 },
      'max_completion_tokens: "careful" sets 10',
    ],
    [
      'neither name gets around it',
      { max_tokens: 5, max_completion_tokens: 99 },
      { max_tokens: 5, max_completion_tokens: 10 },
      'max_completion_tokens: "careful" sets 10',
    ],
  ]
  for (const [title, said, wanted, told] of cases)
    test(title, async () => {
      await stage.set('vllm/one', { max_output_tokens: 10 })
      const { got, warning } = await stage.ask(CHAT, { messages, ...said })
      expect(got).toEqual({ model: 'one', messages, ...wanted })
      expect(warning).toBe(told)
    })

  test.each([
    ['alone', '"Max_Tokens":99'],
    ['beside one that is less', '"max_tokens":10,"MAX_TOKENS":99'],
    ['with a letter that is another one only when it is small', '"max_token\u017f":99'],
    ['beside a field that has to go', '"MAX_TOKENS":99,"thinking":{"type":"enabled"}'],
  ])('is not passed by another spelling of it, %s', async (_, spelled) => {
    await stage.set('vllm/one', { max_output_tokens: 10, reasoning_effort: 'low' })
    const { got, warning } = await stage.ask(CHAT, `{"model":"careful","messages":[],${spelled}}`)
    expect(got).toEqual({ model: 'one', messages: [], max_tokens: 10, reasoning_effort: 'low' })
    expect(warning).toMatch(/max_token.: "careful" leaves no room for it/i)
  })

  test('is not passed by a field that stands twice', async () => {
    await stage.set('vllm/one', { max_output_tokens: 10 })
    const { sent } = await stage.ask(CHAT, '{"model":"careful","max_tokens":99,"max_tokens":9,"messages":[]}')
    expect(sent?.body).toBe('{"model":"one","max_tokens":9,"messages":[]}')
  })

  test('is not passed by 0, which some servers take for no limit', async () => {
    await stage.set('vllm/one', { max_output_tokens: 10 })
    expect((await stage.ask(CHAT, { messages, max_tokens: 0 })).got.max_tokens).toBe(10)
  })
})

describe('instructions', () => {
  const words = (role: string, content: unknown) => ({ role, content })
  const part = (text: string) => ({ type: 'text', text })
  const cases: readonly [string, readonly object[], readonly object[]][] = [
    ['stand in front', [user], [words('system', 'Be kind.'), user]],
    [
      'stand before those of the client',
      [words('system', 'Mine.'), user],
      [words('system', 'Be kind.\n\nMine.'), user],
    ],
    [
      'leave the client its role',
      [words('developer', 'Mine.'), user],
      [words('developer', 'Be kind.\n\nMine.'), user],
    ],
    [
      'stand alone where the client’s are empty',
      [words('system', ''), user],
      [words('system', 'Be kind.'), user],
    ],
    [
      'leave the client its parts',
      [words('system', [{ ...part('Mine.'), cache_control: { type: 'ephemeral' } }]), user],
      [words('system', [part('Be kind.'), { ...part('Mine.'), cache_control: { type: 'ephemeral' } }]), user],
    ],
  ]
  for (const [title, said, wanted] of cases)
    test(title, async () => {
      await stage.set('vllm/one', { instructions: '  Be kind.\n' })
      const { got, warning } = await stage.ask(CHAT, { messages: said })
      expect(got.messages).toEqual(wanted)
      expect(warning).toBeNull()
    })

  test('stand before what a client of another shape says', async () => {
    await stage.set('vllm/one', { instructions: 'Be kind.', max_output_tokens: 10 })
    const { got } = await stage.ask(CHAT, { instructions: 'Mine.', input: 'Hello', max_output_tokens: 99 })
    expect(got).toMatchObject({
      messages: [{ role: 'system', content: 'Be kind.\n\nMine.' }, user],
      max_completion_tokens: 10,
    })
  })

  test.each([
    ['is missing', { prompt: 'Hello' }],
    ['is a string', { messages: 'Hello' }],
  ])('never stay behind: a call whose list of messages %s is refused', async (why, body) => {
    await stage.set('vllm/one', { instructions: 'Be kind.' })
    const { status, text, sent } = await stage.ask(CHAT, body)
    expect([status, sent]).toEqual([400, undefined])
    expect(JSON.parse(text).error.message).toContain(`"messages" ${why}`)
  })
})

describe('bytes', () => {
  test('of fields that stay are the client’s own', async () => {
    await stage.set('vllm/one', { temperature: 0.2 })
    const body =
      '{ "messages": [{"role":"user","content":"caf\\u00e9"}], "model" : "careful", "seed":1e2, "temperature" : 1.0 }'
    const { sent } = await stage.ask(CHAT, body)
    expect(sent?.body).toBe(body.replace('"careful"', '"one"').replace('1.0', '0.2'))
  })

  test('are all the client’s own where the redirect sets nothing', async () => {
    await stage.set('vllm/one', null)
    const body = '{ "model":"careful", "temperature": 1.50, "messages" : [] }'
    const { sent, warning } = await stage.ask(CHAT, body)
    expect(sent?.body).toBe(body.replace('"careful"', '"one"'))
    expect(warning).toBeNull()
  })
})
