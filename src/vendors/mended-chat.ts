import type { Bytes } from '../base/bytes.ts'
import { findBytes } from '../base/runtime.ts'
import { isObject, listOf, objectOf, parseObject } from '../contract/loose-json.ts'
import { bytesOf, inMemory } from '../translate/model-fetch.ts'
import type { JsonObject } from '../types.ts'
import { type Mend, mendedStream } from './mended-stream.ts'

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
    return new Response(mendedStream(response.body as ReadableStream<Bytes>, mendLine), {
      status,
      statusText,
      headers,
    })
  }
  return mending as typeof globalThis.fetch
}

const encoder = new TextEncoder()
const utf8 = new TextDecoder()
const CALLS = encoder.encode('"tool_calls"')

/** Worth a closer look. None of this can stand in a text, where quotes have a backslash before them. */
const SUSPECT = /"(?:error|choices)"\s*:\s*null|"finish_reason"\s*:\s*""|"tool_calls"\s*:\s*\[\s*\{/

const mendLine: Mend = (line, parse) => {
  if (!SUSPECT.test(line) && line.includes('"choices"')) return undefined
  const event = parse()
  const better = mendEvent(event)
  return better === event ? undefined : JSON.stringify(better)
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
