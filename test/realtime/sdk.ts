import OpenAI from 'openai'
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'

/**
 * The official client as a program: `bun test/realtime/sdk.ts BASE_URL KEY websocket|ws|transcription EVENT…` sends the
 * events when the session is there, and prints what it heard by the time that an answer is done or something fails.
 */
const [baseURL, apiKey, kind, ...events] = process.argv.slice(2) as [string, string, string, ...string[]]
const openai = new OpenAI({ baseURL, apiKey })
const open: Readonly<Record<string, () => OpenAIRealtimeWS | OpenAIRealtimeWebSocket>> = {
  websocket: () => new OpenAIRealtimeWebSocket({ model: 'voice' }, openai),
  ws: () => new OpenAIRealtimeWS({ model: 'voice' }, openai),
  transcription: () => new OpenAIRealtimeWS({ intent: 'transcription', buildRealtimeURL: nameModel }, openai),
}

/** The client itself says only what it wants, and not by which model. */
const nameModel = () =>
  new URL(`${baseURL.replace('https', 'wss')}/realtime?intent=transcription&model=voice`)

const session = open[kind]!()
const heard: string[] = []
session.on('event', ({ type }) => void heard.push(type))
session.on('session.created', () => {
  for (const event of events) session.send(JSON.parse(event))
})
const error = await new Promise<unknown>(resolve => {
  session.on('response.done', () => resolve(null))
  session.on('conversation.item.input_audio_transcription.completed', () => resolve(null))
  session.on('error', failure => resolve({ code: failure.error?.code, message: failure.message }))
})
session.close()
console.log(JSON.stringify({ heard, error }))
