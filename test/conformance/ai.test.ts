import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import {
  APICallError,
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  streamText,
  tool,
} from 'ai'
import { type Case, type Language, mark } from './case.ts'
import { answerSchema, answers, weather } from './cases/shared.ts'
import type { Place } from './run-js.ts'
import { natives, openWorlds, type TwoWorlds } from './world.ts'

/** Apps on the AI SDK get from the gateway what they get from the provider, also where it translates for them. */

const languages = ['chat', 'messages', 'responses'] as const
/** Where the gateway has to translate, for a client of each language. */
const foreign: Readonly<Record<Language, readonly string[]>> = {
  chat: ['anthropic', 'gemini'],
  messages: ['plain', 'gemini'],
  responses: ['plain', 'anthropic', 'gemini'],
}
const plans: typeof answers = {
  ...answers,
  object: { text: '{"answer":"so it is","sure":true}' },
  refused: { status: 400 },
  limited: { status: 429, headers: { 'retry-after': '0' } },
  overloaded: { errorEvent: { after: 3 }, tokens: 20 },
}
const names = Object.keys(plans)

let worlds: TwoWorlds
beforeAll(async () => {
  worlds = await openWorlds()
  const one = { language: 'chat', call: '', params: {} } as const
  worlds.expect(Object.entries(plans).map(([id, plan]): Case => ({ ...one, id, plan })))
})
afterAll(() => worlds?.[Symbol.asyncDispose]())

function modelOf(language: Language, place: Place, provider: string | undefined): LanguageModel {
  const id = provider === undefined ? 'one' : `${provider}/one`
  if (language === 'messages')
    return createAnthropic({ baseURL: `${place.anthropic}/v1`, apiKey: place.key })(id)
  const openai = createOpenAI({ baseURL: place.openai, apiKey: place.key })
  return language === 'chat' ? openai.chat(id) : openai.responses(id)
}

/** Never run: the calls are what is looked at. */
const tools = Object.fromEntries(
  ['weather', 'now'].map(name => [
    name,
    tool({ description: 'Tells it.', inputSchema: jsonSchema(weather) }),
  ]),
)

interface Asked {
  readonly language: Language
  readonly name: string
  readonly isStream: boolean
}

async function ask({ language, name, isStream }: Asked, place: Place, provider?: string): Promise<unknown> {
  const options = {
    model: modelOf(language, place, provider),
    prompt: `Where does it go? ${mark(place.world, 'ai', name)}`,
    maxRetries: 0,
    maxOutputTokens: 3000,
    ...(name.includes('call') && { tools }),
    ...(name === 'object' && {
      output: Output.object({ schema: jsonSchema<{ answer: string; sure: boolean }>(answerSchema) }),
    }),
  }
  try {
    // Tools and output are there or not; the types of the SDK want to know which.
    const given = options as unknown as Options
    return isStream ? await readStream(given) : told(await generateText(given))
  } catch (error) {
    return APICallError.isInstance(error)
      ? { name: error.name, status: error.statusCode, isRetryable: error.isRetryable }
      : { name: (error as Error).name }
  }
}

type Options = Parameters<typeof streamText>[0] & Parameters<typeof generateText>[0]

async function readStream(options: Options): Promise<unknown> {
  let failure: unknown
  const result = streamText({
    ...options,
    onError({ error }) {
      failure ??= error
    },
  })
  await result.consumeStream()
  // An error of a stream is whatever the event said; that it is one is what counts.
  if (failure !== undefined && !APICallError.isInstance(failure)) return { failed: true }
  if (failure !== undefined) throw failure
  const [text, reasoningText, toolCalls, finishReason, usage] = await Promise.all([
    result.text,
    result.reasoningText,
    result.toolCalls,
    result.finishReason,
    result.usage,
  ])
  return told({ text, reasoningText, toolCalls, finishReason, usage })
}

interface Result {
  readonly text: string
  readonly reasoningText: string | undefined
  readonly toolCalls: readonly { toolCallId: string; toolName: string; input: unknown }[]
  readonly finishReason: string
  readonly usage: { inputTokens: number | undefined; outputTokens: number | undefined }
}

const told = ({ text, reasoningText, toolCalls, finishReason, usage }: Result) => ({
  text,
  reasoningText: reasoningText ?? '',
  toolCalls: toolCalls.map(({ toolCallId, toolName, input }) => ({ toolCallId, toolName, input })),
  finishReason,
  input: usage.inputTokens,
  output: usage.outputTokens,
})

const ways = languages.flatMap(language =>
  [natives[language], ...foreign[language]].flatMap(provider =>
    names.flatMap(name => [false, true].map(isStream => ({ language, name, isStream, provider }))),
  ),
)

const isPlain = (name: string): boolean => !['refused', 'limited', 'overloaded'].includes(name)

describe('the AI SDK', () => {
  for (const { provider, ...asked } of ways) {
    const { language, name, isStream } = asked
    test(`${language}, ${name}${isStream ? ', streamed' : ''}, by ${provider}`, async () => {
      const [alone, behind] = [
        await ask(asked, worlds.alone),
        await ask(
          asked,
          worlds.behind(() => provider),
          provider,
        ),
      ]
      if (isPlain(name)) expect(alone).toHaveProperty('text')
      expect(behind).toEqual(alone)
    })
  }

  test('embeds', async () => {
    const embed = async (place: Place, id: string) => {
      const model = createOpenAI({ baseURL: place.openai, apiKey: place.key }).embedding(id)
      const { embeddings, usage } = await embedMany({ model, values: ['one', 'two', 'three'] })
      return { embeddings, usage }
    }
    expect(
      await embed(
        worlds.behind(() => 'openai'),
        'openai/one',
      ),
    ).toEqual(await embed(worlds.alone, 'one'))
  })
})
