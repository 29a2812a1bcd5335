import {
  type Came,
  count,
  createCalls,
  type Finish,
  isObject,
  type Json,
  listOf,
  objectOr,
  settle,
  type Told,
  type ToldCall,
  type ToldUsage,
  textOf,
} from './told.ts'

/** Languages that only providers speak: Google's, that of Bedrock, Cohere's. */

const geminiWords: Readonly<Record<string, Finish>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
}

/** Calls without an id get one on the way: then it is `undefined` here, and any will do. */
export function toldGemini(came: Came): Told {
  const parts = came.kind === 'whole' ? [came.json] : came.events
  let [text, thought] = ['', '']
  let finish: Finish | undefined
  let usage: ToldUsage | undefined
  const calls: ToldCall[] = []
  for (const part of parts) {
    const [candidate] = listOf(part.candidates).map(objectOr)
    for (const said of listOf(objectOr(candidate?.content).parts).map(objectOr)) {
      if (said.thought === true) thought += textOf(said.text)
      else text += textOf(said.text)
      if (isObject(said.functionCall)) takeCall(calls, said.functionCall)
    }
    if (typeof candidate?.finishReason === 'string') finish = geminiWords[candidate.finishReason] ?? 'other'
    const told = objectOr(part.usageMetadata)
    if (typeof told.promptTokenCount === 'number')
      usage = {
        input: told.promptTokenCount + count(told.toolUsePromptTokenCount),
        cacheRead: count(told.cachedContentTokenCount),
        output: count(told.candidatesTokenCount) + count(told.thoughtsTokenCount),
        reasoning: count(told.thoughtsTokenCount),
      }
  }
  const failed = parts.some(({ error }) => error != null)
  return { text, thought, calls, finish: settle(finish, calls), usage, failed, ended: finish !== undefined }
}

/** Vertex may send arguments piece by piece, each at its place in the whole. */
function takeCall(calls: ToldCall[], { id, name, args, partialArgs }: Json): void {
  if (typeof name === 'string') calls.push({ id: textOf(id), name, input: args ?? {} })
  const input = calls.at(-1)?.input as Record<string, unknown> | undefined
  if (input === undefined) return
  for (const { jsonPath, stringValue, numberValue, boolValue } of listOf(partialArgs).map(objectOr)) {
    const keys = [...textOf(jsonPath).matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(
      ([, key, at]) => key ?? Number(at),
    )
    let place: Record<string | number, unknown> = input
    keys.slice(0, -1).forEach((key, i) => {
      place[key] ??= typeof keys[i + 1] === 'number' ? [] : {}
      place = place[key] as typeof place
    })
    const last = keys.at(-1)!
    const known = place[last]
    place[last] =
      typeof stringValue === 'string'
        ? `${typeof known === 'string' ? known : ''}${stringValue}`
        : (numberValue ?? boolValue ?? null)
  }
}

const bedrockWords: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
}

export function toldBedrock(came: Came): Told {
  const calls = createCalls()
  let [text, thought] = ['', '']
  const take = (said: Json, index: number) => {
    text += textOf(said.text)
    const reasoned = objectOr(said.reasoningContent)
    thought += textOf(reasoned.text ?? objectOr(reasoned.reasoningText).text)
    if (!isObject(said.toolUse)) return
    const { toolUseId, name, input } = said.toolUse
    const call = calls.at(index)
    if (typeof toolUseId === 'string') Object.assign(call, { id: toolUseId, name })
    if (typeof input === 'string') call.text += input
    else if (isObject(input)) call.input = input
  }
  const end = (stopReason: unknown, usage: unknown): Told => {
    const finish = typeof stopReason === 'string' ? (bedrockWords[stopReason] ?? 'other') : undefined
    const all = calls.all()
    const told = toBedrockUsage(usage)
    return {
      text,
      thought,
      calls: all,
      finish: settle(finish, all),
      usage: told,
      failed: false,
      ended: finish !== undefined,
    }
  }
  if (came.kind === 'whole') {
    listOf(objectOr(objectOr(came.json.output).message).content)
      .map(objectOr)
      .forEach((said, i) => {
        take(said, i)
      })
    return end(came.json.stopReason, came.json.usage)
  }
  let [stopReason, usage]: unknown[] = []
  for (const event of came.events) {
    const { contentBlockStart, contentBlockDelta, messageStop, metadata } = event
    const { contentBlockIndex, start, delta } = objectOr(contentBlockStart ?? contentBlockDelta)
    take(objectOr(start ?? delta), count(contentBlockIndex))
    stopReason ??= objectOr(messageStop).stopReason
    usage ??= objectOr(metadata).usage
  }
  return end(stopReason, usage)
}

function toBedrockUsage(given: unknown): ToldUsage | undefined {
  if (!isObject(given)) return undefined
  const cacheRead = count(given.cacheReadInputTokens)
  return {
    input: count(given.inputTokens) + cacheRead + count(given.cacheWriteInputTokens),
    cacheRead,
    output: count(given.outputTokens),
    reasoning: 0,
  }
}

const cohereWords: Readonly<Record<string, Finish>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
}

export function toldCohere(came: Came): Told {
  const calls = createCalls()
  let [text, thought] = ['', '']
  const take = (content: unknown) => {
    const said = objectOr(content)
    text += textOf(said.text)
    thought += textOf(said.thinking)
  }
  const call = (given: unknown, index: number) => {
    const { id, function: named } = objectOr(given)
    const { name, arguments: text } = objectOr(named)
    const known = calls.at(index)
    if (typeof id === 'string') Object.assign(known, { id, name })
    known.text += textOf(text)
  }
  let last: Json = {}
  if (came.kind === 'whole') {
    const message = objectOr(came.json.message)
    // What it is going to do with its tools is a thought.
    thought += textOf(message.tool_plan)
    listOf(message.content).forEach(take)
    listOf(message.tool_calls).forEach(call)
    last = came.json
  } else
    for (const event of came.events) {
      const { content, tool_calls, tool_plan } = objectOr(objectOr(event.delta).message)
      thought += textOf(tool_plan)
      take(content)
      if (isObject(tool_calls)) call(tool_calls, count(event.index))
      if (event.type === 'message-end') last = objectOr(event.delta)
    }
  const all = calls.all().map(each => ({ ...each, input: each.input === null ? {} : each.input }))
  const finish =
    typeof last.finish_reason === 'string' ? (cohereWords[last.finish_reason] ?? 'other') : undefined
  const { billed_units: billed, tokens, cached_tokens: cached } = objectOr(last.usage)
  // What is billed, where it says so: it reads more than it bills.
  const { input_tokens, output_tokens } = objectOr(billed ?? tokens)
  const usage =
    typeof input_tokens === 'number'
      ? {
          input: input_tokens,
          cacheRead: billed == null ? count(cached) : 0,
          output: count(output_tokens),
          reasoning: 0,
        }
      : undefined
  return {
    text,
    thought,
    calls: all,
    finish: settle(finish, all),
    usage,
    failed: false,
    ended: finish !== undefined,
  }
}
