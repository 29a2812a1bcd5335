import { expect, test } from 'bun:test'
import OpenAI from 'openai'
import { KEY, spawnGateway } from '../process/spawn.ts'

test('without any provider the official client talks to the demo', async () => {
  const messages = [{ role: 'user' as const, content: 'Where does it go?' }]
  await using demo = await spawnGateway()
  const talker = new OpenAI({ baseURL: `${demo.url}/v1`, apiKey: KEY })
  const ids = (await Array.fromAsync(talker.models.list())).map(({ id }) => id)
  expect(ids).toContain('demo/parrot')
  const model = 'demo/parrot'
  const whole = await talker.chat.completions.create({ model, messages })
  expect(whole.choices[0]!.message.content).toContain('Where does it go?')
  expect(whole.usage!.total_tokens).toBeGreaterThan(0)
  const stream_options = { include_usage: true }
  const chunks = await Array.fromAsync(
    await talker.chat.completions.create({ model, messages, stream: true, stream_options }),
  )
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
  expect(text).toBe(whole.choices[0]!.message.content!)
  expect(chunks.at(-1)!.usage).toEqual(whole.usage!)
})
