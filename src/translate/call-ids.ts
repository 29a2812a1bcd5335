import type { LanguageModelV4, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { plainHash } from '../base/runtime.ts'
import type { CallIds } from '../contract/provider.ts'
import { withLayer } from './layer.ts'

/** What most take that ask for any form at all. */
export const PLAIN_IDS: CallIds = { fits: /^[a-zA-Z0-9_-]{1,64}$/, length: 32 }

/**
 * The same model for prompts with any ids. One that fits stays; another becomes the same one each time, in the call and
 * in its result. Where an id stands twice, the later call gets one of its own: results belong to calls in their order.
 */
export const withCallIds = (model: LanguageModelV4, ids: CallIds): LanguageModelV4 =>
  withLayer(model, options => ({ options: { ...options, prompt: fitted(options.prompt, ids) } }))

function fitted(prompt: LanguageModelV4Prompt, ids: CallIds): LanguageModelV4Prompt {
  if (isFit(prompt, ids)) return prompt
  const namer = createNamer(ids)
  const made: LanguageModelV4Message[] = []
  for (const message of prompt) {
    if (typeof message.content === 'string') {
      made.push(message)
      continue
    }
    const content = []
    for (const part of message.content)
      if (part.type === 'tool-call') content.push({ ...part, toolCallId: namer.called(part.toolCallId) })
      else if (part.type === 'tool-result')
        content.push({ ...part, toolCallId: namer.answered(part.toolCallId) })
      else content.push(part)
    // Each part keeps its own type, so the message does too; the compiler does not follow that.
    made.push({ ...message, content } as LanguageModelV4Message)
  }
  return made
}

function isFit(prompt: LanguageModelV4Prompt, { fits }: CallIds): boolean {
  const seen = new Set<string>()
  return prompt.every(({ content }) => {
    if (typeof content === 'string') return true
    return content.every(part => {
      if (part.type !== 'tool-call') return true
      const isNew = !seen.has(part.toolCallId)
      seen.add(part.toolCallId)
      return isNew && fits.test(part.toolCallId)
    })
  })
}

/** New ids for those of one conversation, asked for in its order. */
export function createNamer({ fits, length }: CallIds) {
  const taken = new Set<string>()
  /** The calls of an id that wait for their results, and the one that was answered last. */
  const open = new Map<string, string[]>()
  const closed = new Map<string, string>()
  const fit = (id: string) => (fits.test(id) ? id : hashed(id, length))
  return {
    called(id: string): string {
      let own = fit(id)
      for (let n = 2; taken.has(own); n++) own = hashed(`${id} ${n}`, length)
      taken.add(own)
      open.set(id, [...(open.get(id) ?? []), own])
      return own
    },
    answered(id: string): string {
      const own = open.get(id)?.shift() ?? closed.get(id) ?? fit(id)
      closed.set(id, own)
      return own
    },
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits that stand for a text, the same ones each time. */
export const hashed = (text: string, length: number): string =>
  Array.from(plainHash(text).subarray(0, length), byte => LETTERS[byte % LETTERS.length]).join('')
