import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { linesOf, options, readStream, recordings } from './recorded.ts'
import { replayStream, type Stub, startStub } from './stub.ts'
import { start, ways } from './vendors.ts'

/** Real answers of real providers, through their packages: nothing of them may get lost on the way. */

// biome-ignore lint/suspicious/noExplicitAny: recordings have any shape; what is not there is undefined
type Any = any

/** What a recording says, read without the packages. */
interface Oracle {
  text(events: readonly Any[]): string
  calls(events: readonly Any[]): number
  /** Input tokens, all of them, and output tokens. */
  tokens(events: readonly Any[]): readonly [number | undefined, number | undefined]
}

const sum = (...values: (number | undefined)[]) =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0)
const last = (events: readonly Any[], read: (event: Any) => Any): Any =>
  events.map(read).findLast(value => value != null)

const google: Oracle = {
  text: events =>
    events
      .flatMap(event => event.candidates?.[0]?.content?.parts ?? [])
      .filter((part: Any) => part.thought !== true)
      .map((part: Any) => part.text ?? '')
      .join(''),
  // A call may arrive in pieces: each that has a name begins one.
  calls: events =>
    events
      .flatMap(event => event.candidates?.[0]?.content?.parts ?? [])
      .filter((part: Any) => part.functionCall?.name !== undefined).length,
  tokens(events) {
    const usage = last(events, event => event.usageMetadata)
    return [usage?.promptTokenCount, sum(usage?.candidatesTokenCount, usage?.thoughtsTokenCount)]
  },
}
const bedrock: Oracle = {
  text: events => events.map(event => event.contentBlockDelta?.delta?.text ?? '').join(''),
  calls: events => events.filter(event => event.contentBlockStart?.start?.toolUse !== undefined).length,
  tokens(events) {
    const usage = last(events, event => event.metadata?.usage)
    return [usage?.inputTokens, usage?.outputTokens]
  },
}
const cohere: Oracle = {
  text: events => events.map(event => event.delta?.message?.content?.text ?? '').join(''),
  calls: events => events.filter(event => event.type === 'tool-call-start').length,
  tokens(events) {
    const usage = last(events, event => event.delta?.usage)?.tokens
    return [usage?.input_tokens, usage?.output_tokens]
  },
}
const chat: Oracle = {
  text: events => events.map(event => event.choices?.[0]?.delta?.content ?? '').join(''),
  calls: events =>
    new Set(
      events
        .flatMap(event => event.choices?.[0]?.delta?.tool_calls ?? [])
        .map((call: Any) => call.index ?? 0),
    ).size,
  tokens(events) {
    const usage = last(events, event => event.usage ?? event.x_groq?.usage)
    return [usage?.prompt_tokens, usage?.completion_tokens]
  },
}
const anthropic: Oracle = {
  text: events => events.map(event => (event.delta?.type === 'text_delta' ? event.delta.text : '')).join(''),
  // An answer may go on where another one stopped: then it begins with what that one held.
  calls: events =>
    events
      .flatMap(event => [...(event.message?.content ?? []), event.content_block])
      .filter(block => /tool_use$/.test(block?.type)).length,
  tokens(events) {
    const [begun, ended] = [
      last(events, event => event.message?.usage),
      last(events, event => (event.type === 'message_delta' ? event.usage : undefined)),
    ]
    const usage = { ...begun, ...ended }
    return [
      sum(usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens),
      usage.output_tokens,
    ]
  },
}

const replays = [
  ['anthropic', 'anthropic', anthropic],
  ['gemini', 'google', google],
  ['vertex', 'google', google],
  ['vertex, service account', 'google', google],
  ['bedrock', 'amazon-bedrock', bedrock],
  ['bedrock, signed', 'amazon-bedrock', bedrock],
  ['cohere', 'cohere', cohere],
  ['mistral', 'mistral', chat],
  ['groq', 'groq', chat],
  ['deepseek', 'deepseek/chat', chat],
] as const

/** Made for one feature of one package: what they say depends on what was asked. */
const special = /json-(?:tool|with|only)/

describe.each(replays)('%s', (name, folder, oracle) => {
  const way = ways.find(way => way.name === name)!
  let stub: Stub
  let model: LanguageModelV4
  beforeAll(async () => {
    stub = startStub(() => ({ body: '{}' }))
    const environment = way.environment({ secret: 'sk-x', baseUrl: `${stub.url}/base` })
    const [provider] = await start([way.plugin], environment, { fetch: (url, init) => fetch(url, init) })
    model = await provider!.offers!.language!('some-model')
  })
  afterAll(() => stub.stop())

  const streams = recordings(folder, '.chunks.txt').filter(([file]) => !special.test(file))
  test.skipIf(streams.length > 0)('has no recordings here: set FIXTURES_DIR', () => {})

  test.each(streams)('streams %s', async (file, text) => {
    const lines = linesOf(text)
    stub.reply = () => replayStream(folder, lines)
    const said = await readStream((await model.doStream(options)).stream)
    const events = lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Any)
    expect({ file, text: said.text, calls: said.calls.length, tokens: [said.input, said.output] }).toEqual({
      file,
      text: oracle.text(events),
      calls: oracle.calls(events),
      tokens: [...oracle.tokens(events)],
    })
    for (const { input } of said.calls) expect(() => JSON.parse(input)).not.toThrow()
  })

  test.each(recordings(folder, '.json').filter(([file]) => !/transcription/.test(file)))(
    'answers with %s',
    async (_, text) => {
      stub.reply = () => ({ body: text })
      const { content, usage, finishReason } = await model.doGenerate(options)
      expect(content.length > 0 || finishReason.unified !== 'stop').toBe(true)
      expect(usage.inputTokens.total).toBeGreaterThan(0)
    },
  )

  test.skipIf(streams.length === 0)(
    'reaches its own base URL only, with nothing but its own secret',
    async () => {
      for (const { path, headers } of stub.received) {
        if (path === '/token') continue
        expect(path).toStartWith('/base/')
        expect(headers.get('accept-encoding')).toBe('identity')
        if (way.header !== undefined) expect(headers.get(way.header)?.replace(/^Bearer /, '')).toBe('sk-x')
        expect(JSON.stringify([...headers])).not.toContain('see-fetch')
      }
      expect(stub.received.length).toBeGreaterThan(0)
    },
  )

  test('puts no secret into its errors', async () => {
    for (const status of [400, 401, 429, 500]) {
      stub.reply = () => ({ status, body: '{"error":{"message":"no"},"message":"no"}' })
      const error = await model.doGenerate(options).then(
        () => undefined,
        (error: Error) => error,
      )
      expect(error).toBeInstanceOf(Error)
      expect(Bun.inspect(error, { depth: 8 })).not.toContain('sk-x')
      expect(JSON.stringify(error)).not.toContain('sk-x')
    }
  })
})
