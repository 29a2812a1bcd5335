import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { MASTER } from '../../kit.ts'
import { PIXEL } from '../../mock/images.ts'
import { hearMessages } from '../../mock/messages-heard.ts'
import { openWorlds, type TwoWorlds } from '../world.ts'
import { essence, heardIn, proofsIn, proofsOf, type Result, scriptOf, type Turn } from './turns.ts'

/** A conversation as Claude Code has it: beta streams, blocks of system text, caches, thinking, tools, an escape now and then. */

interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: Block[]
}
type Block = Anthropic.Beta.BetaContentBlockParam

/** Where there is no mark for a result that failed, its words say it. */
const failuresInWords = (messages: readonly Message[]): Message[] =>
  messages.map(message => ({
    ...message,
    content: message.content.map(block =>
      block.type === 'tool_result' && block.is_error && Array.isArray(block.content)
        ? {
            ...block,
            content: block.content.map(part =>
              part.type === 'text' ? { ...part, text: `Error: ${part.text}` } : part,
            ),
          }
        : block,
    ),
  }))

let worlds: TwoWorlds
let client: Anthropic
beforeAll(async () => {
  worlds = await openWorlds()
  client = new Anthropic({
    baseURL: worlds.url,
    authToken: MASTER,
    apiKey: null,
    maxRetries: 0,
    defaultHeaders: { 'x-claude-code-session-id': 'session-1', 'user-agent': 'claude-cli/2.1.139' },
  })
})
afterAll(() => worlds?.[Symbol.asyncDispose]())

const cache_control = { type: 'ephemeral' as const }
const object = { type: 'object' as const, properties: { path: { type: 'string' } } }
const settings = {
  max_tokens: 32_000,
  betas: ['claude-code-20250219', 'interleaved-thinking-2025-05-14'],
  system: [
    { type: 'text' as const, text: 'x-anthropic-billing-header: cc_version=2.1.139;' },
    { type: 'text' as const, text: 'You are an agent that helps with code.', cache_control },
  ],
  tools: [
    { name: 'read', description: 'Reads a file.', input_schema: object },
    { name: 'bash', description: 'Runs a command.', input_schema: object, cache_control },
  ],
  thinking: { type: 'enabled' as const, budget_tokens: 4000 },
  metadata: { user_id: 'user_1_session_1' },
}

const resultOf = (id: string, { text, picture, isError }: Result): Block => ({
  type: 'tool_result',
  tool_use_id: id,
  content: [
    { type: 'text', text },
    ...(picture
      ? [
          {
            type: 'image' as const,
            source: { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL },
          },
        ]
      : []),
  ],
  ...(isError && { is_error: true }),
})

/** The same, with the cache mark on the last block only, as the agent sets it anew each time. */
const marked = (history: readonly Message[]): Message[] =>
  history.map((message, i) => {
    if (i < history.length - 1) return message
    const last = message.content.length - 1
    return {
      ...message,
      content: message.content.map((block, at) =>
        at === last ? ({ ...block, cache_control } as Block) : block,
      ),
    }
  })

async function play(turn: Turn, model: string, history: readonly Message[]): Promise<Message[]> {
  const { isAborted, results, user, plan } = turn
  worlds.mock.setPlan(plan)
  const stream = client.beta.messages.stream({ ...settings, model, messages: marked(history) })
  if (isAborted) {
    let count = 0
    for await (const _ of stream) if (++count === 4) break
    await worlds.quiet()
    return [{ role: 'user', content: [{ type: 'text', text: user! }] }]
  }
  const { content, stop_reason } = await stream.finalMessage()
  const called = content.filter(block => block.type === 'tool_use')
  expect(called.map(({ id }) => id)).toEqual([plan.toolCall ?? []].flat().map(({ id }) => id!))
  expect(stop_reason).toBe(called.length > 0 ? 'tool_use' : 'end_turn')
  const answer: Block[] =
    called.length > 0 ? called.map(({ id }) => resultOf(id, results[id]!)) : [{ type: 'text', text: user! }]
  return [
    { role: 'assistant', content: content as Block[] },
    { role: 'user', content: answer },
  ]
}

/** Whether a provider gets back what proves its thoughts. */
const providers = {
  'anthropic/claude-sonnet-4-5': true,
  'gemini/gemini-2.5-flash': true,
  'plain/one': false,
}

describe('Claude Code', () => {
  for (const [model, takesProofs] of Object.entries(providers))
    test(`talks to ${model} for 24 turns`, async () => {
      const turns = scriptOf()
      const history: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Begin.' }] }]
      for (const [i, turn] of turns.entries()) {
        worlds.mock.reset()
        const sent = marked(history)
        const more = await play(turn, model, history)
        const [request, ...others] = worlds.mock.requests
        expect([i, others.length]).toEqual([i, 0])
        const heard = heardIn(request!)
        const meant = hearMessages({
          ...settings,
          messages: model === 'plain/one' ? failuresInWords(sent) : sent,
        })
        expect([i, essence(heard)]).toEqual([i, essence(meant)])
        if (takesProofs) expect([i, proofsIn(heard)]).toEqual([i, proofsOf(turns.slice(0, i))])
        if (model.startsWith('anthropic/')) expectUntouched(request!.json!, sent)
        history.push(...more)
      }
      expect(history.length).toBeGreaterThan(40)
    }, 60_000)
})

/** To Claude itself not a field is lost or changed, and its betas go along. */
function expectUntouched(json: Readonly<Record<string, unknown>>, messages: readonly Message[]): void {
  const { betas: _, ...body } = settings
  expect(json).toEqual({ ...body, model: 'claude-sonnet-4-5', messages, stream: true })
  expect(worlds.mock.requests[0]!.headers['anthropic-beta']).toBe(settings.betas.join(','))
}
