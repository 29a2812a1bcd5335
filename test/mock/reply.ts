import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Ask } from './ask.ts'
import { createScript, DONE, type Piece } from './chat.ts'
import type { Handed } from './desk.ts'
import { type Incoming, parseHeaders } from './http.ts'
import { errorAt } from './languages.ts'
import type { Plan } from './plan.ts'
import { event, type Language, toLine, upTo } from './talk.ts'

/** An answer before it meets the wire. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly isChunked: boolean
  readonly pieces: readonly {
    readonly bytes: Buffer
    readonly tokens: number
  }[]
}

export interface Question {
  readonly incoming: Incoming
  readonly id: string
  /** Absent on paths where no conversation belongs. */
  readonly talk: { readonly language: Language; readonly ask: Ask } | undefined
  /** The default length of an answer in tokens. */
  readonly length: number
  /** The answer where it is no conversation. */
  readonly handed: Handed | undefined
}

/** Carries out the part of a plan that says what is said. */
export async function createReply(question: Question, plan: Plan): Promise<Reply> {
  const { contentType, pieces } = await contentOf(question, plan)
  const bytes = pieces.map(({ text, tokens }) => ({ bytes: Buffer.from(text as string), tokens }))
  const encoding = plan.bomb === undefined ? plan.encoding : (plan.encoding ?? 'gzip')
  const tokens = pieces.reduce((sum, piece) => sum + piece.tokens, 0)
  const isStream = /^(?:text\/event-stream|application\/x-ndjson)/.test(contentType)
  return {
    status: plan.status ?? 200,
    headers: {
      'content-type': contentType,
      'x-request-id': `req_${question.id}`,
      ...(isStream && { 'cache-control': 'no-cache' }),
      ...(encoding && { 'content-encoding': encoding }),
      ...lowerCase(plan.headers ?? {}),
    },
    isChunked: isStream || pieces.length > 1 || plan.endAfterBytes !== undefined || plan.repeat !== undefined,
    pieces:
      encoding && plan.bomb === undefined
        ? [
            {
              bytes: encoders[encoding](Buffer.concat(bytes.map(piece => piece.bytes))),
              tokens,
            },
          ]
        : bytes,
  }
}

const lowerCase = <T>(headers: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync }

interface Content {
  readonly contentType: string
  readonly pieces: readonly {
    readonly text: string | Buffer
    readonly tokens: number
  }[]
}

const EVENTS = 'text/event-stream; charset=utf-8'

async function contentOf(question: Question, plan: Plan): Promise<Content> {
  const { talk, handed } = question
  const isPlain = plan.chunks === undefined && plan.events === undefined
  const isError = (plan.status ?? 200) >= 400
  const raw = await rawOf(question, plan, isError)
  const isStream = plan.events !== undefined || (talk?.ask.stream === true && (raw === undefined || !isPlain))
  const contentType = plan.contentType ?? (isStream ? (talk?.language.streamType ?? EVENTS) : undefined)
  const json = 'application/json'
  if (raw) return { contentType: contentType ?? json, pieces: raw.map(text => ({ text, tokens: 0 })) }
  if (talk) return { contentType: contentType ?? json, pieces: talkOf(question, talk, plan) }
  const { body = '', completion = 0 } = handed ?? {}
  return {
    contentType: contentType ?? handed?.contentType ?? json,
    pieces: [{ text: body, tokens: completion }],
  }
}

async function rawOf(
  { incoming }: Question,
  plan: Plan,
  isError: boolean,
): Promise<readonly (string | Buffer)[] | undefined> {
  if (plan.chunks) return plan.chunks
  if (plan.body !== undefined) return [plan.body]
  if (plan.bodyBase64 !== undefined) return [Buffer.from(plan.bodyBase64, 'base64')]
  if (plan.bomb !== undefined) return [await createBomb(plan.bomb)]
  if (plan.echo) return [echo(incoming)]
  if (plan.events)
    return [...plan.events.map(toEvent(plan)), ...(plan.noDone ? [] : [withNewlines(DONE, plan)])]
  return isError
    ? [errorAt(incoming, plan.status!, `The mock provider was told to answer ${plan.status}`)]
    : undefined
}

function echo({ method, path, head, body }: Incoming): string {
  return JSON.stringify({
    object: 'mock.echo',
    method,
    path,
    headers: parseHeaders(head),
    body: body.toString('utf8'),
  })
}

const withNewlines = (event: string, plan: Plan): string =>
  plan.newline === undefined ? event : event.replaceAll('\n', plan.newline)

const toEvent = (plan: Plan) => (payload: string | object) =>
  withNewlines(`data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`, plan)

function talkOf(
  { id, length }: Question,
  { language, ask }: NonNullable<Question['talk']>,
  plan: Plan,
): Piece[] {
  const script = createScript(ask, plan, length)
  const cache = { read: plan.cacheRead ?? 0, written: plan.cacheWritten ?? 0 }
  const talk = { id, ask, script, plan, cache }
  if (!ask.stream) return [{ text: language.whole(talk), tokens: script.tokens * (ask.choices ?? 1) }]
  const { errorEvent } = plan
  const events = language.events(talk)
  const said =
    errorEvent === undefined
      ? events
      : [...upTo(events, errorEvent.after ?? 0), failure(language, errorEvent)]
  const framed = language.streamType === undefined ? (text: string) => text : toLine
  return said.map(({ text, tokens }) => ({ text: withNewlines(framed(text), plan), tokens }))
}

function failure(
  { failure: usual }: Language,
  { event: name, data }: NonNullable<Plan['errorEvent']>,
): Piece {
  return event(name ?? (data === undefined ? usual.event : undefined), data ?? usual.data)
}

/** Written in blocks, so that the mock provider does not explode itself. */
async function createBomb(size: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 })
  const parts: Buffer[] = []
  gzip.on('data', (part: Buffer) => parts.push(part))
  const { promise, resolve } = Promise.withResolvers<void>()
  gzip.on('end', resolve)
  const block = Buffer.alloc(1024 * 1024, 32)
  gzip.write('{')
  for (let left = size; left > 0; left -= block.length) {
    if (!gzip.write(block.subarray(0, left))) await new Promise(drained => gzip.once('drain', drained))
  }
  gzip.end('}')
  await promise
  return Buffer.concat(parts)
}
