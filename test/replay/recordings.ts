import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../sdk/recordings.ts'
import { toEventStream } from './eventstream.ts'
import { type Came, isObject, type Json, type Told } from './told.ts'
import { toldChat } from './told-chat.ts'
import { toldMessages } from './told-messages.ts'
import { toldBedrock, toldCohere, toldGemini } from './told-others.ts'
import { toldResponses } from './told-responses.ts'

export { folder }

/** The languages in which providers answered. */
export type Wire = 'chat' | 'messages' | 'responses' | 'gemini' | 'bedrock' | 'cohere'

export interface Recording {
  /** `groq/groq-text.json` */
  readonly name: string
  readonly wire: Wire
  readonly came: Came
  /** As it goes over the wire. */
  readonly bytes: Buffer
  readonly contentType: string
  readonly told: Told
}

/** Who tells what a recording says: written apart from all that the gateway reads it with. */
export const readers: Readonly<Record<Wire, (came: Came) => Told>> = {
  chat: toldChat,
  messages: toldMessages,
  responses: toldResponses,
  gemini: toldGemini,
  bedrock: toldBedrock,
  cohere: toldCohere,
}

const isEvent = (event: Json, type: RegExp) => typeof event.type === 'string' && type.test(event.type)

/** A language is known by its shape: recordings may have any name. */
const wholes: Readonly<Record<Wire, (json: Json) => boolean>> = {
  chat: json => Array.isArray(json.choices) && json.object !== 'text_completion',
  messages: json => json.type === 'message',
  responses: json =>
    json.object === 'response' || (Array.isArray(json.output) && 'incomplete_details' in json),
  gemini: json => Array.isArray(json.candidates),
  bedrock: json => isObject(json.output) && 'stopReason' in json,
  cohere: json => isObject(json.message) && 'finish_reason' in json,
}

const streams: Readonly<Record<Wire, (event: Json) => boolean>> = {
  chat: json => Array.isArray(json.choices) && json.object !== 'text_completion',
  messages: event => isEvent(event, /^message_start$/),
  responses: event => isEvent(event, /^response\./),
  gemini: json => Array.isArray(json.candidates),
  bedrock: event => ['messageStart', 'contentBlockDelta', 'contentBlockStart'].some(name => name in event),
  cohere: event => isEvent(event, /^message-start$/),
}

const wireOf = (tests: Readonly<Record<Wire, (json: Json) => boolean>>, parts: readonly Json[]) =>
  (Object.keys(tests) as Wire[]).find(wire => parts.some(tests[wire]))

export function parse(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

/** The data of server-sent events, without `[DONE]`. */
export const eventsOf = (text: string): Json[] =>
  text
    .split(/\r?\n/)
    .filter(line => line.startsWith('data:'))
    .map(line => parse(line.slice(5)))
    .filter(isObject)

function toWhole(name: string, text: string): Recording | undefined {
  const json = parse(text)
  const wire = json && wireOf(wholes, [json])
  if (json === undefined || wire === undefined) return undefined
  const came = { kind: 'whole', json } as const
  const bytes = Buffer.from(text)
  return { name, wire, came, bytes, contentType: 'application/json', told: readers[wire](came) }
}

/** The events that nothing follows. What comes behind them is the next answer of the same conversation. */
const isTerminal = (event: Json): boolean =>
  isEvent(event, /^(?:message_stop|message-end|response\.(?:completed|incomplete|failed))$/)

function toStreams(name: string, text: string): Recording[] {
  const isRaw = /^(?:event|data):/m.test(text)
  const events = isRaw ? eventsOf(text) : text.split(/\r?\n/).map(parse).filter(isObject)
  const wire = wireOf(streams, events)
  if (wire === undefined) return []
  const answers = split(events)
  return answers.map((answer, i) => {
    const framed = isRaw ? text : frameAll(wire, answer)
    return toStream(answers.length === 1 ? name : `${name}#${i + 1}`, wire, answer, framed)
  })
}

function split(events: readonly Json[]): Json[][] {
  const answers: Json[][] = []
  let isBegun = false
  for (const event of events) {
    if (!isBegun) answers.push([])
    answers.at(-1)!.push(event)
    isBegun = !isTerminal(event)
  }
  return answers
}

function toStream(name: string, wire: Wire, events: readonly Json[], framed: string): Recording {
  const came = { kind: 'stream', events } as const
  const told = readers[wire](came)
  if (wire === 'bedrock') {
    const contentType = 'application/vnd.amazon.eventstream'
    return { name, wire, came, bytes: toEventStream(events), contentType, told }
  }
  return { name, wire, came, bytes: Buffer.from(framed), contentType: 'text/event-stream', told }
}

const DONE = 'data: [DONE]\n\n'
const named: ReadonlySet<Wire> = new Set(['messages', 'responses', 'cohere'])
const frame = (wire: Wire, event: Json): string =>
  `${named.has(wire) ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`
const frameAll = (wire: Wire, events: readonly Json[]): string =>
  events.map(event => frame(wire, event)).join('') + (wire === 'chat' ? DONE : '')

/** All recordings in a language that a model is talked to in. */
export async function findRecordings(): Promise<readonly Recording[]> {
  if (!existsSync(folder)) return []
  const names = [...new Bun.Glob('**/*.{json,txt}').scanSync(folder)].sort()
  const found = await Promise.all(
    names.map(async name => {
      const text = await Bun.file(join(folder, name)).text()
      return name.endsWith('.json') ? [toWhole(name, text)] : toStreams(name, text)
    }),
  )
  return found.flat().filter(recording => recording !== undefined)
}
