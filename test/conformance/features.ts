import type { Language } from './case.ts'
import { type Feature, hello } from './feature.ts'
import { chat } from './features-chat.ts'
import { messages } from './features-messages.ts'
import { responses } from './features-responses.ts'

export type { Feature } from './feature.ts'

export const features: Readonly<Record<Language, readonly Feature[]>> = { chat, messages, responses }

/** What every body of a language has. */
export const bases: Readonly<Record<Language, Feature['fields']>> = {
  chat: { messages: [{ role: 'user', content: hello }] },
  messages: { messages: [{ role: 'user', content: hello }], max_tokens: 3000 },
  responses: { input: hello, store: false },
}
