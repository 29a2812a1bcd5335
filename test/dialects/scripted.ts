import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { definePlugin, type Plugin } from '../../src/contract/plugin.ts'
import type { AnswerFacts, Destination } from '../../src/contract/translation.ts'
import { Refusal } from '../../src/errors.ts'
import type { JsonObject } from '../../src/types.ts'
import { thinkingOf } from './thinking.ts'

/** What the tests of every client language share: where a call goes, what a model answers, and one that says so. */

export const facts = (body: JsonObject = {}): AnswerFacts => ({
  id: '00112233-4455-6677-8899-aabbccddeeff',
  at: 1_700_000_000_500,
  model: 'some-model',
  body,
})

export const to = (options: string, model = 'some-model'): Destination => {
  const thinking = thinkingOf[options]?.(model)
  return { type: options, options, model, ...(thinking && { thinking }) }
}
export const compatible = to('compatible')

/** What a body is refused with. */
export function refusedWith(run: () => unknown): Refusal {
  try {
    run()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('It was not refused')
}

export const usage = (input = 10, output = 5): LanguageModelV4Usage => ({
  inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: undefined, reasoning: undefined },
})

export const result = (
  content: LanguageModelV4Content[],
  more: Partial<LanguageModelV4GenerateResult> = {},
): LanguageModelV4GenerateResult => ({
  content,
  finishReason: { unified: 'stop', raw: 'stop' },
  usage: usage(),
  warnings: [],
  ...more,
})

export const finish = (unified: LanguageModelV4GenerateResult['finishReason']['unified'] = 'stop') =>
  ({ type: 'finish', usage: usage(), finishReason: { unified, raw: unified } }) as const

/** A provider inside the gateway whose model says what a test wants. Its models are `scripted/any`. */
export interface Scripted {
  readonly plugin: Plugin
  /** What it was last asked. */
  readonly asked: () => LanguageModelV4CallOptions
  say(answer: LanguageModelV4GenerateResult): void
  stream(parts: readonly LanguageModelV4StreamPart[]): void
  fail(error: unknown): void
}

export function createScripted(optionsKey = 'compatible'): Scripted {
  let asked: LanguageModelV4CallOptions | undefined
  let answer = result([])
  let parts: readonly LanguageModelV4StreamPart[] = []
  let error: unknown
  const take = (options: LanguageModelV4CallOptions) => {
    asked = options
    if (error !== undefined) throw error
  }
  const language = (model: string) =>
    ({
      specificationVersion: 'v4',
      provider: 'scripted',
      modelId: model,
      supportedUrls: {},
      async doGenerate(options: LanguageModelV4CallOptions) {
        take(options)
        return answer
      },
      async doStream(options: LanguageModelV4CallOptions) {
        take(options)
        return { stream: streamOf(parts) }
      },
    }) as const
  const provider = {
    name: 'scripted',
    type: 'scripted',
    wires: new Set<string>(),
    asksUsage: true,
    optionsKey,
    configuredModels: ['any'],
    call: () => {
      throw new Error('It has no language of its own')
    },
    offers: { language },
  }
  return {
    asked: () => asked!,
    say(given) {
      answer = given
      error = undefined
    },
    stream(given) {
      parts = given
      error = undefined
    },
    fail(given) {
      error = given
    },
    plugin: definePlugin({
      name: 'scripted',
      about: 'Says what a test wants.',
      setup: () => ({ providers: [provider] }),
    }),
  }
}

export const streamOf = (
  parts: readonly LanguageModelV4StreamPart[],
): ReadableStream<LanguageModelV4StreamPart> => {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const part = parts[at++]
      if (part === undefined) controller.close()
      else controller.enqueue(part)
    },
  })
}
