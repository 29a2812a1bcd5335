import type { ServerWebSocket } from 'bun'

type Json = Readonly<Record<string, unknown>>

/** One session at the provider, as it saw it. */
export interface Session {
  readonly model: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly heard: (string | Uint8Array)[]
  /** Set when it is over. */
  closed?: { readonly code: number; readonly reason: string }
}

/** A provider of realtime conversations on a real socket. What a model does is in its name. */
export interface RealtimeUpstream {
  readonly url: string
  /** Who knocked, let in or not. */
  readonly knocks: { readonly model: string; readonly headers: Readonly<Record<string, string>> }[]
  readonly sessions: Session[]
  reset(): void
  stop(): void
}

/** Models that are not let in, and with what status. */
const closed: Readonly<Record<string, number>> = {
  locked: 401,
  unknown: 404,
  busy: 429,
  broken: 500,
  page: 200,
}

/** What an answer takes: of 100 tokens of input 40 are cached, 30 of them sound. */
const USAGE = {
  total_tokens: 150,
  input_tokens: 100,
  output_tokens: 50,
  input_token_details: {
    text_tokens: 20,
    audio_tokens: 80,
    cached_tokens: 40,
    cached_tokens_details: { text_tokens: 10, audio_tokens: 30 },
  },
  output_token_details: { text_tokens: 15, audio_tokens: 35 },
}

export function createRealtimeUpstream(): RealtimeUpstream {
  const knocks: RealtimeUpstream['knocks'] = []
  const sessions: Session[] = []
  const server = Bun.serve<Session>({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request, server) {
      const { pathname, searchParams } = new URL(request.url)
      const model = searchParams.get('model') ?? ''
      const headers = Object.fromEntries(request.headers)
      if (pathname !== '/v1/realtime') return Response.json({ data: [] })
      knocks.push({ model, headers })
      const status = closed[model]
      if (status !== undefined) return Response.json({ error: { message: 'secret words' } }, { status })
      const data: Session = { model, url: request.url, headers, heard: [] }
      return server.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 })
    },
    websocket: {
      maxPayloadLength: 64 * 1024 * 1024,
      // What does not leave at once is kept, not dropped.
      backpressureLimit: 1024 * 1024 * 1024,
      open(socket) {
        sessions.push(socket.data)
        begin(socket)
      },
      message(socket, message) {
        socket.data.heard.push(typeof message === 'string' ? message : new Uint8Array(message))
        if (typeof message === 'string') answer(socket, JSON.parse(message) as Json)
        else socket.send(message)
      },
      close(socket, code, reason) {
        socket.data.closed = { code, reason }
      },
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    knocks,
    sessions,
    reset() {
      knocks.length = 0
      sessions.length = 0
    },
    stop: () => void server.stop(true),
  }
}

function begin(socket: ServerWebSocket<Session>): void {
  const { model } = socket.data
  if (model === 'rude') {
    const error = { type: 'invalid_request_error', code: 'model_not_found', message: 'No such model' }
    say(socket, { type: 'error', error })
    socket.close(4000, 'invalid_request_error.model_not_found')
  } else if (model === 'mute') socket.close(1011, '')
  else if (model !== 'shy') say(socket, { type: 'session.created', session: { model } })
}

/** What the tests make it do, by the type of an event. */
const acts: Readonly<Record<string, (socket: ServerWebSocket<Session>, event: Json) => void>> = {
  'response.create'(socket, { response }) {
    // Beside the conversation there may be several at a time.
    if (response !== undefined) return acts.slow!(socket, {})
    acts.begin!(socket, {})
    say(socket, { type: 'response.output_audio.delta', delta: 'AAAA' })
    acts.done!(socket, {})
  },
  begin: socket => say(socket, { type: 'response.created', response: {} }),
  done: socket => say(socket, { type: 'response.done', response: { status: 'completed', usage: USAGE } }),
  slow(socket) {
    acts.begin!(socket, {})
    setTimeout(() => acts.done!(socket, {}), 100)
  },
  untold: socket => say(socket, { type: 'response.done', response: { status: 'cancelled' } }),
  die: socket => socket.terminate(),
  leave: (socket, { code, reason }) => socket.close(Number(code), String(reason)),
  flood(socket, { megabytes }) {
    const piece = JSON.stringify({ type: 'piece', delta: 'x'.repeat(1024 * 1024) })
    for (let i = 0; i < Number(megabytes); i++) socket.send(piece)
  },
  'session.update'(socket, event) {
    say(socket, { type: 'session.updated', session: event.session })
    say(socket, { type: 'echo', event })
  },
  'transcription_session.update': (socket, { session }) =>
    say(socket, { type: 'transcription_session.updated', session }),
  transcribed: (socket, { usage }) =>
    say(socket, {
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'item_1',
      content_index: 0,
      transcript: 'Hello',
      usage,
    }),
  complain: socket => say(socket, { type: 'error', error: { type: 'invalid_request_error', message: 'No' } }),
}

function answer(socket: ServerWebSocket<Session>, event: Json): void {
  const act = acts[String(event.type)]
  if (act === undefined) say(socket, { type: 'echo', event })
  else act(socket, event)
}

const say = (socket: ServerWebSocket<Session>, event: Json) => void socket.send(JSON.stringify(event))
