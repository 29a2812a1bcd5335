import { hearChat } from './chat-heard.ts'
import type { Desk } from './desk.ts'
import { vectorOf } from './embeddings.ts'
import { ollamaError } from './errors.ts'
import { countHeard, type Heard, type Json, listOf, numberOf, objectOr, textOf } from './heard.ts'
import { event, type Language, type Talk } from './talk.ts'

const ROUTE = /\/api\/(?:chat|generate)$/
const CREATED = '2024-11-22T18:40:00.123456789Z'

/** Ollama's own API: chat, and generate. */
export const ollama: Language = {
  name: 'ollama',
  streamType: 'application/x-ndjson',
  isAsked: ({ path }) => ROUTE.test(path),
  toAsk: body => ({
    model: String(body.model),
    stream: body.stream !== false && !isSilent(body),
    includeUsage: true,
    promptTokens: isSilent(body) ? 0 : countHeard(heardOf(body)),
    maxTokens: numberOf(objectOr(body.options).num_predict),
    heard: () => heardOf(body),
    body,
  }),
  whole(talk) {
    const { body } = talk.ask
    if (isSilent(body))
      return JSON.stringify({ ...head(talk), response: '', done: true, done_reason: 'load' })
    const { reasoning, text } = talk.script
    return JSON.stringify({
      ...head(talk),
      ...said(talk, text.join(''), { thinking: reasoning.join(''), calls: callsOf(talk) }),
      ...ending(talk),
    })
  },
  events(talk) {
    const { reasoning, text, tools } = talk.script
    const line = (json: Json, tokens: number) => event(undefined, { ...head(talk), ...json }, tokens)
    return [
      ...reasoning.map(thinking => line({ ...said(talk, '', { thinking }), done: false }, 1)),
      ...text.map(word => line({ ...said(talk, word), done: false }, 1)),
      ...callsOf(talk).map((call, i) =>
        line({ ...said(talk, '', { calls: [call] }), done: false }, tools[i]!.pieces.length),
      ),
      ...(talk.plan.noDone ? [] : [line({ ...said(talk, ''), ...ending(talk) }, 0)]),
    ]
  },
  failure: { data: { error: 'llama runner process has terminated' } },
  errorBody: (_status, message) => ollamaError(message),
}

/** It only wants the model to be loaded. */
const isSilent = ({ messages, prompt }: Json): boolean =>
  listOf(messages).length === 0 && textOf(prompt) === ''

const heardOf = (body: Json): Heard =>
  hearChat({
    messages: body.messages ?? [
      ...(textOf(body.system) === '' ? [] : [{ role: 'system', content: body.system }]),
      { role: 'user', content: textOf(body.prompt) },
    ],
    tools: body.tools,
  })

const head = ({ ask }: Talk) => ({ model: ask.model, created_at: CREATED })

interface Beside {
  readonly thinking?: string
  readonly calls?: readonly Json[]
}

function said({ ask }: Talk, text: string, { thinking = '', calls = [] }: Beside = {}): Json {
  const beside = { ...(thinking !== '' && { thinking }), ...(calls.length > 0 && { tool_calls: calls }) }
  return ask.body.messages === undefined
    ? { response: text, ...beside }
    : { message: { role: 'assistant', content: text, ...beside } }
}

const callsOf = ({ script }: Talk): Json[] =>
  script.tools.map(({ id, name, pieces }, index) => ({
    id,
    function: { index, name, arguments: JSON.parse(pieces.join('') || '{}') },
  }))

const ending = ({ ask, plan, script }: Talk): Json => ({
  done: true,
  done_reason: script.finishReason === 'length' ? 'length' : 'stop',
  total_duration: 3_000_000,
  load_duration: 1_000_000,
  ...(plan.usage !== false && {
    prompt_eval_count: ask.promptTokens,
    prompt_eval_duration: 1_000_000,
    eval_count: script.tokens,
    eval_duration: 1_000_000,
  }),
})

/** Vectors, for one text or several. */
export const ollamaVectors: Desk = ({ path, json }) => {
  const texts = [json.input ?? json.prompt].flat()
  const size = numberOf(json.dimensions) ?? 4
  const prompt = texts.reduce<number>((sum, text) => sum + Math.ceil(String(text).length / 4), 0)
  const embeddings = texts.map(text => vectorOf(text, size))
  const body = path.endsWith('/embed')
    ? { model: json.model, embeddings, total_duration: 1_000_000, prompt_eval_count: prompt }
    : { embedding: embeddings[0] }
  return { body: JSON.stringify(body), prompt }
}
