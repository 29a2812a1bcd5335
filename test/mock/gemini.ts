import type { Piece } from './chat.ts'
import { googleError } from './errors.ts'
import { hearGemini } from './gemini-heard.ts'
import { countHeard, inputOf, type Json, numberOf, objectOr } from './heard.ts'
import { event, type Language, type Talk } from './talk.ts'

const ROUTE = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/

/** Google's Gemini API. */
export const gemini: Language = {
  name: 'gemini',
  isAsked: ({ path }) => ROUTE.test(path),
  toAsk(body, { path }) {
    const [, model = '', operation] = ROUTE.exec(path) ?? []
    return {
      model: decodeURIComponent(model),
      stream: operation === 'streamGenerateContent',
      includeUsage: true,
      promptTokens: countHeard(hearGemini(body)),
      maxTokens: numberOf(objectOr(body.generationConfig).maxOutputTokens),
      heard: () => hearGemini(body),
      body,
    }
  },
  whole(talk) {
    const parts = [...groups(talk).map(({ join }) => join), ...calls(talk)]
    return JSON.stringify(chunk(talk, { parts, isLast: true, output: talk.script.tokens }))
  },
  events,
  failure: { data: { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } } },
  errorBody: googleError,
}

/** How many tokens a prompt has; the same number that its answer reports. */
export const countTokens = (body: Json): string =>
  JSON.stringify({ totalTokens: countHeard(hearGemini(body)) })

const words: Readonly<Record<string, string>> = {
  stop: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
}

/** Thoughts and texts: each word is a part of a stream, all of them are one part of a whole answer. */
function groups({ script }: Talk): { readonly join: Json; readonly parts: readonly Json[] }[] {
  const toPart = (text: string, isThought: boolean): Json => ({ text, ...(isThought && { thought: true }) })
  return [
    { words: script.reasoning, isThought: true },
    { words: script.text, isThought: false },
  ].flatMap(({ words, isThought }) =>
    words.length === 0
      ? []
      : [{ join: toPart(words.join(''), isThought), parts: words.map(word => toPart(word, isThought)) }],
  )
}

const calls = ({ script, plan }: Talk): Json[] =>
  script.tools.map(({ id, name, pieces }, i) => ({
    functionCall: { id, name, args: inputOf(pieces.join('') || '{}') },
    ...(i === 0 && plan.proof !== undefined && { thoughtSignature: plan.proof }),
  }))

interface Said {
  readonly parts: readonly Json[]
  readonly isLast: boolean
  readonly output: number
}

function chunk(talk: Talk, { parts, isLast, output }: Said): Json {
  const { ask, script, id } = talk
  const reason = script.finishReason === null ? null : (words[script.finishReason] ?? script.finishReason)
  return {
    candidates: [
      {
        content: { role: 'model', parts },
        ...(isLast && reason !== null && { finishReason: reason }),
        index: 0,
      },
    ],
    ...usageOf(talk, output),
    modelVersion: ask.model,
    responseId: id,
  }
}

function usageOf({ ask, plan, script, cache }: Talk, output: number): { usageMetadata?: unknown } {
  if (plan.usage === false) return {}
  const thoughts = Math.min(script.reasoning.length, output)
  const prompt = ask.promptTokens + cache.read + cache.written
  const told = {
    promptTokenCount: prompt,
    candidatesTokenCount: output - thoughts,
    totalTokenCount: prompt + output,
    ...(cache.read > 0 && { cachedContentTokenCount: cache.read }),
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
  }
  return { usageMetadata: plan.usage ?? told }
}

function events(talk: Talk): Piece[] {
  let output = 0
  const say = (parts: readonly Json[], tokens: number, isLast = false) => {
    output += tokens
    return event(undefined, chunk(talk, { parts, isLast, output }), tokens)
  }
  const said = groups(talk).flatMap(({ parts }) => parts.map(part => say([part], 1)))
  const called = calls(talk).map((call, i) => say([call], talk.script.tools[i]!.pieces.length))
  if (talk.plan.noDone) return [...said, ...called]
  return [...said, ...called, say([{ text: '' }], 0, true)]
}
