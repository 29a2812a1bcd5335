import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import {
  type Ask,
  createScript,
  DONE,
  type Piece,
  renderChoices,
  renderEvents,
  renderWhole,
  usageOf,
} from './chat.ts'
import { type Incoming, parseHeaders } from './http.ts'
import type { Plan } from './plan.ts'

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
  /** Absent on paths where no chat answer belongs. */
  readonly ask: Ask | undefined
  /** The default length of an answer in tokens. */
  readonly length: number
  /** The answer where it is no chat. */
  readonly body: string | undefined
}

/** Carries out the part of a plan that says what is said. */
export async function createReply(question: Question, plan: Plan): Promise<Reply> {
  const { contentType, pieces } = await contentOf(question, plan)
  const bytes = pieces.map(({ text, tokens }) => ({ bytes: Buffer.from(text as string), tokens }))
  const encoding = plan.bomb === undefined ? plan.encoding : (plan.encoding ?? 'gzip')
  const tokens = pieces.reduce((sum, piece) => sum + piece.tokens, 0)
  const isStream = contentType.startsWith('text/event-stream')
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

async function contentOf(question: Question, plan: Plan): Promise<Content> {
  const { ask } = question
  const isPlain = plan.chunks === undefined && plan.events === undefined
  const isError = (plan.status ?? 200) >= 400
  const raw = await rawOf(question, plan, isError)
  const isStream = plan.events !== undefined || (ask?.stream === true && (raw === undefined || !isPlain))
  const contentType = plan.contentType ?? (isStream ? 'text/event-stream; charset=utf-8' : 'application/json')
  if (raw) return { contentType, pieces: raw.map(text => ({ text, tokens: 0 })) }
  if (ask === undefined) return { contentType, pieces: [{ text: question.body ?? '', tokens: 0 }] }
  return { contentType, pieces: chatOf(question, ask, plan) }
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
    ? [errorBody(plan.status!, `The mock provider was told to answer ${plan.status}`)]
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

function chatOf({ id, length }: Question, ask: Ask, plan: Plan): Piece[] {
  const script = createScript(ask, plan, length)
  const usage =
    plan.usage === false
      ? undefined
      : (completion: number) =>
          plan.usage === undefined
            ? usageOf(ask.promptTokens, completion, Math.min(script.reasoning.length, completion))
            : JSON.stringify(plan.usage)
  if (!ask.stream) {
    return [
      {
        text: renderWhole(id, ask, script, usage?.(script.tokens)),
        tokens: script.tokens,
      },
    ]
  }
  const choices = renderChoices(script)
  const events = renderEvents({ id, ask, choices, usage, usageAt: plan.usageAt ?? 'end' })
  const failing = plan.errorEvent && [...events.slice(0, (plan.errorEvent.after ?? 0) + 1), failure(plan)]
  const ended = failing ?? (plan.noDone ? events : [...events, { text: DONE, tokens: 0 }])
  return ended.map(({ text, tokens }) => ({ text: withNewlines(text, plan), tokens }))
}

function failure({ errorEvent }: Plan): Piece {
  const overloaded = {
    error: { message: 'The engine is overloaded', type: 'server_error', param: null, code: null },
  }
  const name = errorEvent?.event === undefined ? '' : `event: ${errorEvent.event}\n`
  return {
    text: `${name}data: ${JSON.stringify(errorEvent?.data ?? overloaded)}\n\n`,
    tokens: 0,
  }
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

const kinds: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['insufficient_permissions', null],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
}

/** An error as OpenAI writes it. */
export function errorBody(status: number, message: string): string {
  const [type, code] = kinds[status] ?? [status < 500 ? 'invalid_request_error' : 'server_error', null]
  return JSON.stringify({ error: { message, type, param: null, code } }, null, 2)
}
