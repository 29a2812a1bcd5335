import { afterAll, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { MASTER, startGateway } from './kit.ts'

/** A newcomer's first call works in every language. */

const gateway = await startGateway()
afterAll(() => gateway.close())
const fetch = (url: unknown, init: unknown) =>
  gateway.fetch(new URL(String(url)).pathname, init as RequestInit) as Promise<Response>
const anthropic = new Anthropic({ apiKey: MASTER, baseURL: 'http://localhost:8080', maxRetries: 0, fetch })
const openai = new OpenAI({ apiKey: MASTER, baseURL: 'http://localhost:8080/v1', maxRetries: 0, fetch })
const WORDS = 'Hello! I am the demo parrot, and you said: "Hi"'

test('the demo answers a client of Anthropic, whole and streamed', async () => {
  const ask = { model: 'demo/parrot', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] }
  const { content, usage } = await anthropic.messages.create(ask)
  expect(content).toMatchObject([{ type: 'text', text: WORDS }])
  expect(usage).toMatchObject({ input_tokens: 1, output_tokens: 10 })
  expect(await anthropic.messages.stream(ask).finalText()).toBe(WORDS)
})

test('the demo answers a client of Responses, whole and streamed', async () => {
  expect((await openai.responses.create({ model: 'demo/parrot', input: 'Hi' })).output_text).toBe(WORDS)
  const final = await openai.responses.stream({ model: 'demo/parrot', input: 'Hi' }).finalResponse()
  expect(final.output_text).toBe(WORDS)
})

test('a conversation that the gateway keeps goes on', async () => {
  const { id } = await openai.responses.create({ model: 'demo/parrot', input: 'First' })
  const next = await openai.responses.create({
    model: 'demo/parrot',
    input: 'Second',
    previous_response_id: id,
  })
  expect(next.output_text).toContain('"Second"')
  expect((await openai.responses.retrieve(id)).output_text).toContain('"First"')
})

test('a model that the demo does not have is a 404 in every language', async () => {
  const ask = { model: 'demo/nobody', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] }
  expect(await anthropic.messages.create(ask).catch(error => error)).toBeInstanceOf(Anthropic.NotFoundError)
  expect(
    await openai.responses.create({ model: 'demo/nobody', input: 'Hi' }).catch(error => error),
  ).toBeInstanceOf(OpenAI.NotFoundError)
})
