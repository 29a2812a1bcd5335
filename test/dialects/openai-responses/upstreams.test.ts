import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { replay } from '../../../plugins/dialects/openai-responses/replay.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createMockProvider } from '../../mock/provider.ts'
import { accumulate, eventsIn } from './accumulate.ts'
import type { Any } from './kit.ts'

/** What arrives at providers of other languages, and what becomes of the odd things that they say. */

const mock = createMockProvider()
const base = mock.url.replace(/\/v1$/, '')
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ...Object.fromEntries(
        Object.entries({ ANTHROPIC: '/v1', GEMINI: '/v1beta', DEEPSEEK: '' }).flatMap(([name, path]) => [
          [`${name}_BASE_URL`, base + path],
          [`${name}_API_KEY`, 'sk-upstream'],
          [`${name}_MODELS`, 'm'],
        ]),
      ),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
  })
})
beforeEach(() => {
  mock.reset()
  mock.setPlan(() => ({ text: 'There.' }))
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const post = (provider: string, body: object) =>
  gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: `${provider}/m`, ...body }),
  })

async function sentTo(provider: string, body: object): Promise<Any> {
  const response = await post(provider, body)
  expect([response.status, await response.text()]).toEqual([200, expect.anything()])
  return mock.requests.at(-1)!.json
}

describe('arguments that a model has broken off, or that are no object', () => {
  const history = (args: string) => ({
    input: [
      { role: 'user', content: 'Go' },
      { type: 'function_call', call_id: 'c1', name: 'go', arguments: args },
      { type: 'function_call_output', call_id: 'c1', output: 'It was cut' },
    ],
  })
  test.each(['{"a":"unf', '[1]'])('reach every provider as an object: %s', async args => {
    const wrapped = { INVALID_JSON: args }
    const gemini = await sentTo('gemini', history(args))
    expect(gemini.contents[1].parts[0].functionCall).toMatchObject({ name: 'go', args: wrapped })
    const claude = await sentTo('anthropic', history(args))
    expect(claude.messages[1].content[0]).toMatchObject({ type: 'tool_use', input: wrapped })
    const chat = await sentTo('deepseek', history(args))
    expect(JSON.parse(chat.messages[1].tool_calls[0].function.arguments)).toEqual(wrapped)
  })
})

describe('a refusal is one in this language, too', () => {
  const sse = (events: readonly Any[]) =>
    events
      .map(event => `${event.type ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
      .join('')

  async function told(provider: string, answer: object): Promise<Any> {
    mock.setPlan(() => ({ body: JSON.stringify(answer) }))
    return (await post(provider, { input: 'Go' })).json()
  }
  async function streamed(
    provider: string,
    events: readonly Any[],
  ): Promise<{ response: Any; names: string[] }> {
    mock.setPlan(() => ({ body: sse(events), contentType: 'text/event-stream' }))
    const all = eventsIn(await (await post(provider, { input: 'Go', stream: true })).text())
    return { response: accumulate(all), names: all.map(({ event }) => event) }
  }
  const refusal = (words: string) => ({ type: 'refusal', refusal: words })
  const said = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text })
  const partsOf = ({ output }: Any) => output.flatMap(({ content }: Any) => content)

  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  })
  test.each<[string, string | null, Any[]]>([
    ['alone', null, [refusal('I will not')]],
    ['behind other words', 'Well, no', [said('Well, no'), refusal('I will not')]],
  ])('of a chat model, %s', async (_, content, parts) => {
    const message = { role: 'assistant', content, refusal: 'I will not' }
    const whole = await told('deepseek', {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    })
    expect([whole.status, partsOf(whole)]).toEqual(['completed', parts])
    const { response, names } = await streamed('deepseek', [
      chunk({ role: 'assistant', content: '', refusal: null }),
      ...(content === null ? [] : [chunk({ content: 'Well, ' }), chunk({ content: 'no' })]),
      chunk({ refusal: 'I will ' }),
      chunk({ refusal: 'not' }),
      chunk({}, 'stop'),
      { ...chunk({}), choices: [], usage },
    ])
    expect([response.status, partsOf(response)]).toEqual(['completed', parts])
    expect(names.filter(name => name.startsWith('response.refusal'))).toEqual([
      'response.refusal.delta',
      'response.refusal.delta',
      'response.refusal.done',
    ])
  })

  test('of a chat model whose answer was filtered, there is none', async () => {
    const { response } = await streamed('deepseek', [
      chunk({ role: 'assistant', content: 'Hm' }),
      chunk({}, 'content_filter'),
      { ...chunk({}), choices: [], usage },
    ])
    expect([response.status, response.incomplete_details, partsOf(response)]).toEqual([
      'incomplete',
      { reason: 'content_filter' },
      [said('Hm')],
    ])
  })

  const stop_details = { type: 'refusal', category: 'cyber', explanation: 'Not this' }
  const message = {
    type: 'message',
    id: 'm',
    role: 'assistant',
    model: 'c',
    content: [] as object[],
    usage: { input_tokens: 1, output_tokens: 1 },
  }
  test.each<[string, Any[]]>([
    ['at once', []],
    ['in the middle', [said('I beg')]],
  ])('of Claude, %s', async (_, before) => {
    const whole = await told('anthropic', {
      ...message,
      content: before.map(({ text }) => ({ type: 'text', text })),
      stop_reason: 'refusal',
      stop_details,
    })
    const { response, names } = await streamed('anthropic', [
      { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
      ...before.flatMap(({ text }) => [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
        { type: 'content_block_stop', index: 0 },
      ]),
      {
        type: 'message_delta',
        delta: { stop_reason: 'refusal', stop_sequence: null, stop_details },
        usage: { output_tokens: 1 },
      },
      { type: 'message_stop' },
    ])
    for (const each of [whole, response])
      expect([each.status, each.incomplete_details, partsOf(each)]).toEqual([
        'incomplete',
        { reason: 'content_filter' },
        [...before, refusal('Not this')],
      ])
    expect(names).toContain('response.refusal.done')
    expect(accumulate(eventsIn(replay(whole)))).toEqual(whole)
  })
})
