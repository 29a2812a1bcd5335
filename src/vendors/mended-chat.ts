import { type Bytes, joinBytes } from '../bytes.ts'
import { isObject, listOf, objectOf, parseObject } from '../lens.ts'
import { findBytes } from '../runtime.ts'
import { bytesOf, inMemory } from '../translate/model-fetch.ts'
import type { JsonObject } from '../types.ts'

/**
 * The package for this language refuses a chunk, and with it the answer, for a field that it misses, or finds empty,
 * although nothing is wrong with what it says. Such chunks are mended before it reads them; all others stay the bytes
 * that they were.
 */
export function withMendedChat(send: typeof globalThis.fetch): typeof globalThis.fetch {
  const mending = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const response = await send(input, init)
    if (!response.ok || response.body === null) return response
    const isWhole = /^application\/json\b/i.test(response.headers.get('content-type') ?? '')
    if (isWhole) return inMemory(mendWhole(await bytesOf(response)), response)
    const { status, statusText, headers } = response
    return new Response(mended(response.body as ReadableStream<Bytes>), { status, statusText, headers })
  }
  return mending as typeof globalThis.fetch
}

const encoder = new TextEncoder()
const utf8 = new TextDecoder()
// Single bytes stay single characters in this encoding, so that offsets in the text are offsets in the bytes.
const latin1 = new TextDecoder('latin1')
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const CALLS = encoder.encode('"tool_calls"')

/** Worth a closer look. None of this can stand in a text, where quotes have a backslash before them. */
const SUSPECT = /"(?:error|choices)"\s*:\s*null|"finish_reason"\s*:\s*""|"tool_calls"\s*:\s*\[\s*\{/

/** Whole lines at a time: what is data of an event stands in one, whatever else the stream holds. */
function mended(body: ReadableStream<Bytes>): ReadableStream<Bytes> {
  const reader = body.getReader()
  const held: Bytes[] = []
  return new ReadableStream<Bytes>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read()
        const end = done ? 0 : Math.max(value.lastIndexOf(LINE_FEED), value.lastIndexOf(CARRIAGE_RETURN)) + 1
        if (done) {
          if (held.length > 0) controller.enqueue(joinBytes(held))
          return controller.close()
        }
        // Nearly all pieces are whole lines, with nothing before them.
        const lines = end === value.length ? value : value.subarray(0, end)
        if (end > 0)
          controller.enqueue(mendLines(held.length === 0 ? lines : joinBytes([...held.splice(0), lines])))
        if (end < value.length) held.push(value.subarray(end))
        if (end > 0) return
      }
    },
    cancel: reason => reader.cancel(reason),
  })
}

function mendLines(bytes: Bytes): Bytes {
  const kept: Bytes[] = []
  let from = 0
  for (const { 0: line, index: start } of latin1.decode(bytes).matchAll(/^data: ?\{[^\r\n]*/gm)) {
    if (!SUSPECT.test(line) && line.includes('"choices"')) continue
    const at = start + line.indexOf('{')
    const end = start + line.length
    const event = parseObject(utf8.decode(bytes.subarray(at, end)))
    const better = mendEvent(event)
    if (better === event) continue
    kept.push(bytes.subarray(from, at), encoder.encode(JSON.stringify(better)))
    from = end
  }
  return from === 0 ? bytes : joinBytes([...kept, bytes.subarray(from)])
}

/** The same object where nothing has to be mended; so all of these. */
function mendEvent(event: JsonObject): JsonObject {
  const { error, choices, usage, object } = event
  if (error != null) return event
  // Reports of usage come without choices, or with none at all.
  const isChunk = isObject(usage) || object === 'chat.completion.chunk'
  const better = choices == null && isChunk ? [] : mapped(choices, mendChoice)
  if (error === undefined && better === choices) return event
  const { error: _, ...rest } = event
  return { ...rest, choices: better }
}

function mendChoice(choice: JsonObject): JsonObject {
  const { delta, finish_reason: reason } = choice
  const { tool_calls: calls } = objectOf(delta)
  const better = mapped(calls, mendPiece)
  if (reason !== '' && better === calls) return choice
  return {
    ...choice,
    // An empty reason behind a good one must not take its place.
    ...(reason === '' && { finish_reason: null }),
    ...(better !== calls && { delta: { ...objectOf(delta), tool_calls: better } }),
  }
}

/** Only the index of a piece of a call is sure to be there. One that has neither a function nor an id says nothing. */
function mendPiece(piece: JsonObject): JsonObject | undefined {
  if (isObject(piece.function)) return piece
  return piece.id == null ? undefined : { ...piece, function: {} }
}

function mendWhole(bytes: Bytes): Bytes {
  if (findBytes(bytes, CALLS, 0) < 0) return bytes
  const answer = parseObject(utf8.decode(bytes))
  const choices = mapped(answer.choices, choice => {
    const message = objectOf(choice.message)
    const calls = mapped(message.tool_calls, mendCall)
    return calls === message.tool_calls ? choice : { ...choice, message: { ...message, tool_calls: calls } }
  })
  return choices === answer.choices ? bytes : encoder.encode(JSON.stringify({ ...answer, choices }))
}

/** A tool without parameters may be called without arguments. */
function mendCall(call: JsonObject): JsonObject {
  const own = objectOf(call.function)
  return own.name === undefined || own.arguments != null
    ? call
    : { ...call, function: { ...own, arguments: '{}' } }
}

/** The list with other objects; the same one where all stay. */
function mapped(list: unknown, map: (item: JsonObject) => JsonObject | undefined): unknown {
  const better = listOf(list).map(item => (isObject(item) ? map(item) : item))
  return better.every((item, i) => item === (list as unknown[])[i])
    ? list
    : better.filter(item => item !== undefined)
}
