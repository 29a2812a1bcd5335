import { chat } from './chat-talk.ts'
import { completions } from './completions.ts'
import { anthropicError, errorBody, googleError, ollamaError } from './errors.ts'
import { gemini } from './gemini.ts'
import type { Incoming } from './http.ts'
import { messages } from './messages.ts'
import { ollama } from './ollama.ts'
import { responses } from './responses.ts'
import type { Language } from './talk.ts'

/** Languages in which the mock provider is talked to, each at its usual path behind any prefix. */
const languages: readonly Language[] = [chat, messages, responses, gemini, completions, ollama]

export const languageOf = (incoming: Incoming): Language | undefined =>
  incoming.method === 'POST' ? languages.find(language => language.isAsked(incoming)) : undefined

/** An error in the language of the address. */
export function errorAt(incoming: Incoming, status: number, message: string): string {
  const { path } = incoming
  if (/\/messages(?:\/|$)/.test(path)) return anthropicError(status, message)
  if (path.includes('/api/')) return ollamaError(message)
  return path.includes('/v1beta/') ? googleError(status, message) : errorBody(status, message)
}
