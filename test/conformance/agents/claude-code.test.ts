import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { MASTER } from '../../kit.ts'
import { PIXEL } from '../../mock/images.ts'
import { hearMessages } from '../../mock/messages-heard.ts'
import { openWorlds, type TwoWorlds } from '../world.ts'
import { essence, heardIn, proofsIn, proofsOf, type Result, scriptOf, type Turn } from './turns.ts'

/** A conversation as Claude Code has it: beta streams, blocks of system text, caches, thinking, tools, an escape now and then. */

interface Message {
  readonly role: 'user' | 'assistant' | 'system'
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

/** As version 2.1.332 asks for a model whose name it does not know: as the newest of Claude's. */
const today = {
  ...settings,
  betas: ['claude-code-20250219', 'interleaved-thinking-2025-05-14', 'thinking-display-updates-2026-08-18'],
  tools: [
    ...settings.tools,
    { name: 'later', description: 'Comes later.', input_schema: object, defer_loading: true },
  ],
  thinking: { type: 'adaptive', display: 'updates' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  metadata: {
    user_id: JSON.stringify({ device_id: 'd'.repeat(64), account_uuid: '', session_id: 'session-1' }),
  },
  safeguards: [{ type: 'dangerous_tool_use', classifier_context: { v: 1, permission_mode: 'auto' } }],
}
type Settings = typeof settings | typeof today

const ENVIRONMENT = '# Environment\nYou are in a folder.'
const begin: Message = { role: 'user', content: [{ type: 'text', text: 'Begin.' }] }
/** What it says of the place stands behind the question, as a word of the system. */
const told: Message = { role: 'system', content: [{ type: 'text', text: ENVIRONMENT }] }

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

interface Talk {
  readonly model: string
  readonly asked: Settings
}

async function play(turn: Turn, { model, asked }: Talk, history: readonly Message[]): Promise<Message[]> {
  const { isAborted, results, user, plan } = turn
  worlds.mock.setPlan(plan)
  const stream = client.beta.messages.stream({ ...asked, model, messages: marked(history) } as never)
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

/** What a provider is to have understood of what the agent sent. */
const meantFor: Readonly<Record<string, (messages: readonly Message[], asked: Settings) => object>> = {
  plain: (messages, asked) => ({
    ...asked,
    system: [...asked.system, ...(asked === today ? told.content : [])],
    messages: failuresInWords(messages).filter(({ role }) => role !== 'system'),
  }),
  anthropic: (messages, asked) => ({ ...asked, messages: messages.map(inUsersWords) }),
  gemini: (messages, asked) => ({ ...asked, messages: messages.map(inUsersWords) }),
}

const inUsersWords = (message: Message): Message =>
  message.role === 'system'
    ? { role: 'user', content: [{ type: 'text', text: `<system>\n${ENVIRONMENT}\n</system>` }] }
    : message

/** Whether a provider gets back what proves its thoughts, and whether it gets the agent's own bytes. */
const providers: readonly [model: string, asked: Settings, does: { proofs?: true; untouched?: true }][] = [
  ['anthropic/claude-sonnet-4-5', settings, { proofs: true, untouched: true }],
  ['gemini/gemini-2.5-flash', settings, { proofs: true }],
  ['plain/one', settings, {}],
  ['anthropic/claude-opus-5-5', today, { proofs: true, untouched: true }],
  ['anthropic/claude-sonnet-4-5', today, { proofs: true }],
  ['gemini/gemini-2.5-flash', today, { proofs: true }],
  ['plain/one', today, {}],
]

describe('Claude Code', () => {
  for (const [model, asked, { proofs, untouched }] of providers)
    test(`${asked === today ? 'of today ' : ''}talks to ${model} for 24 turns`, async () => {
      const turns = scriptOf()
      const history: Message[] = asked === today ? [begin, told] : [begin]
      for (const [i, turn] of turns.entries()) {
        worlds.mock.reset()
        const sent = marked(history)
        const more = await play(turn, { model, asked }, history)
        const [request, ...others] = worlds.mock.requests
        expect([i, others.length]).toEqual([i, 0])
        if (untouched) expectUntouched(request!.json!, sent, { model, asked })
        const heard = heardIn(request!)
        const meant = untouched ? { ...asked, messages: sent } : meantFor[model.split('/')[0]!]!(sent, asked)
        expect([i, essence(heard)]).toEqual([i, essence(hearMessages(meant as never))])
        if (proofs) expect([i, proofsIn(heard)]).toEqual([i, proofsOf(turns.slice(0, i))])
        history.push(...more)
      }
      expect(history.length).toBeGreaterThan(40)
    }, 60_000)
})

/** To Claude itself not a field is lost or changed, and its betas go along. */
function expectUntouched(
  json: Readonly<Record<string, unknown>>,
  messages: readonly Message[],
  { model, asked }: Talk,
): void {
  const { betas, ...body } = asked
  expect(json).toEqual({ ...body, model: model.replace('anthropic/', ''), messages, stream: true })
  expect(worlds.mock.requests[0]!.headers['anthropic-beta']).toBe(betas.join(','))
}
