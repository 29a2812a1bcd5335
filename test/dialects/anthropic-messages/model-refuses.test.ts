import { expect, test } from 'bun:test'
import { fromResult } from '../../../plugins/dialects/anthropic-messages/answer.ts'
import { createWriter } from '../../../plugins/dialects/anthropic-messages/writer.ts'
import { openWorlds } from '../../conformance/world.ts'
import { MASTER } from '../../kit.ts'
import { accumulate, eventsIn, facts, result, usage } from './kit.ts'

const chatUsage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const refusing = {
  content: [{ type: 'text', text: 'I will not' }],
  stop_reason: 'refusal',
  stop_details: { type: 'refusal', category: null, explanation: null },
}

test('a refusal of a chat model ends as one, whole and streamed', async () => {
  await using worlds = await openWorlds()
  const ask = (stream: boolean, plan: { body: string; contentType?: string }) => {
    worlds.mock.setPlan(() => plan)
    return worlds.gateway.fetch('/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
      body: JSON.stringify({
        model: 'plain/one',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Go' }],
        stream,
      }),
    })
  }
  const message = { role: 'assistant', content: null, refusal: 'I will not' }
  const whole = {
    ...chunk({}),
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
  }
  const answer = await ask(false, { body: JSON.stringify({ ...whole, usage: chatUsage }) })
  expect(await answer.json()).toMatchObject(refusing)

  const events = [
    chunk({ role: 'assistant', content: '', refusal: null }),
    chunk({ refusal: 'I will ' }),
    chunk({ refusal: 'not' }),
    chunk({}, 'stop'),
    { ...chunk({}), choices: [], usage: chatUsage },
  ]
  const body = events.map(event => `data: ${JSON.stringify(event)}\n\n`).join('')
  const streamed = await ask(true, { body, contentType: 'text/event-stream' })
  expect(accumulate(eventsIn(await streamed.text()))).toMatchObject(refusing)
})

test("why Claude's safety system refuses is told as Anthropic tells it, by way of a cloud too", () => {
  const told = { type: 'refusal', category: 'cyber', explanation: 'Not this' }
  const finishReason = { unified: 'content-filter' as const, raw: 'refusal' }
  const providerMetadata = { anthropic: { stopDetails: told } }
  expect(fromResult(result([], { finishReason, providerMetadata }), facts).stop_details).toEqual(told)
  const writer = createWriter(facts)
  const events = eventsIn(
    writer.write({ type: 'stream-start', warnings: [] }) +
      writer.write({ type: 'finish', finishReason, usage: usage(), providerMetadata }),
  )
  expect(accumulate(events).stop_details).toEqual(told)
})

test('an answer that is no refusal has no reason for one', () => {
  expect(fromResult(result([{ type: 'text', text: 'Hi' }]), facts).stop_details).toBeNull()
})
