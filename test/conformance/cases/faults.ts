import type { Plan } from '../../mock/plan.ts'
import type { Case, Language } from '../case.ts'
import { ASK } from './shared.ts'

const calls: Readonly<Record<Language, Pick<Case, 'call' | 'params'>>> = {
  chat: { call: 'chat.completions.create', params: { messages: [{ role: 'user', content: ASK }] } },
  messages: {
    call: 'messages.create',
    params: { messages: [{ role: 'user', content: ASK }], max_tokens: 2000 },
  },
  responses: { call: 'responses.create', params: { input: ASK, store: false } },
}
const languages = ['chat', 'messages', 'responses'] as const

const statuses = [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529] as const

/** The client does not wait for long. */
const headers = { 'retry-after': '0' }

const asked = (language: Language, id: string, isStream: boolean, plan: Plan): Case => {
  const { call, params } = calls[language]
  return {
    id: `${language}/${id}${isStream ? '/stream' : ''}`,
    language,
    call,
    params: isStream ? { ...params, stream: true } : params,
    ...(isStream && { stream: true as const }),
    plan,
  }
}

/** Every way in which a provider says no. */
export const errorCases: readonly Case[] = languages.flatMap(language =>
  statuses.flatMap(status =>
    [false, true].map(isStream => asked(language, `errors/${status}`, isStream, { status, headers })),
  ),
)

const words = { tokens: 200 }

const malformed: Plan = {
  chunks: ['event: message_start\ndata: {"type":"message_start", "broken\n\n'],
  contentType: 'text/event-stream',
}

/** What goes wrong on the way. */
export const faultCases: readonly Case[] = languages.flatMap(language => [
  asked(language, 'faults/error-at-once', true, { ...words, errorEvent: { after: 0 } }),
  asked(language, 'faults/error-on-the-way', true, { ...words, errorEvent: { after: 5 } }),
  asked(language, 'faults/cut', true, { ...words, cutAfterBytes: 6000 }),
  asked(language, 'faults/ended-early', true, { ...words, endAfterBytes: 6000 }),
  { ...asked(language, 'faults/no-json', false, { body: '<html>', headers }), retries: 0 },
  { ...asked(language, 'faults/reset', false, { reset: true }), retries: 0 },
  {
    ...asked(language, 'faults/malformed', true, malformed),
    retries: 0,
  },
  asked(language, 'faults/slow-start', false, { text: 'Late.', delayMs: 300 }),
  asked(language, 'faults/slow-start', true, { text: 'Late, word by word.', delayMs: 300, gapMs: 5 }),
  asked(language, 'faults/one-byte-at-a-time', true, { text: 'Tiny — 👩‍👩‍👧‍👦 — bytes.', splitAt: 1 }),
  asked(language, 'faults/line-ends', true, { text: 'Other line ends.', newline: '\r\n' }),
  { ...asked(language, 'faults/client-leaves', true, { tokens: 500, gapMs: 5 }), leaveAfter: 6 },
  { ...asked(language, 'faults/timeout', false, { hang: true }), timeout: 400 },
  { ...asked(language, 'faults/timeout', true, { hang: true }), timeout: 400 },
])
