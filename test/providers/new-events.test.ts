import { expect, test } from 'bun:test'
import { startBehind } from './behind.ts'

const event = (json: { readonly type: string } & Record<string, unknown>) =>
  `event: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`
const usage = { input_tokens: 1, output_tokens: 1 }
const stream = (...more: Parameters<typeof event>[0][]) =>
  [
    {
      type: 'message_start',
      message: { id: 'm', type: 'message', role: 'assistant', model: 'c', content: [], usage },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...more,
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
    { type: 'message_stop' },
  ]
    .map(event)
    .join('')

test('anthropic: events that are new are passed over, and broken ones are not', async () => {
  const vendor = await startBehind(url => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: `${url}/v1` }))
  const ask = async (sent: string) => {
    vendor.answer({ contentType: 'text/event-stream', body: sent })
    return vendor.stream('/v1/chat/completions', {
      model: 'anthropic/claude-3-haiku-20240307',
      messages: [{ role: 'user', content: 'Go' }],
    })
  }
  const fresh = await ask(stream({ type: 'weather_report', sky: 'blue' }, { type: 'ping' }))
  expect(fresh).toContain('"content":"Hello"')
  expect(fresh).toEndWith('data: [DONE]\n\n')
  const broken = await ask(stream({ type: 'content_block_delta', index: 0, delta: 'Hello' }))
  expect(broken).toContain('"error"')
  expect(broken).not.toContain('[DONE]')
  await vendor.close()
})
