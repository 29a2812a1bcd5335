import type { Language } from './case.ts'
import { type Feature, hello } from './feature.ts'
import { chat } from './features-chat.ts'
import { google } from './features-google.ts'
import { messages } from './features-messages.ts'
import { ollama } from './features-ollama.ts'
import { responses } from './features-responses.ts'

export type { Feature } from './feature.ts'

/** The languages of the official clients, and those that clients of their own speak. */
export type Spoken = Language | 'google' | 'ollama'

export const features: Readonly<Record<Spoken, readonly Feature[]>> = {
  chat,
  messages,
  responses,
  google,
  ollama,
}

/** What every body of a language has. */
export const bases: Readonly<Record<Spoken, Feature['fields']>> = {
  chat: { messages: [{ role: 'user', content: hello }] },
  messages: { messages: [{ role: 'user', content: hello }], max_tokens: 3000 },
  responses: { input: hello, store: false },
  google: { contents: [{ role: 'user', parts: [{ text: hello }] }] },
  ollama: { messages: [{ role: 'user', content: hello }], stream: false },
}
