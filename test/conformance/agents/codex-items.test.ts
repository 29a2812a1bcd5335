import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { MASTER } from '../../kit.ts'
import type { Heard } from '../../mock/heard.ts'
import type { Plan } from '../../mock/plan.ts'
import { openWorlds, type TwoWorlds } from '../world.ts'
import { asDeclared, heardIn } from './turns.ts'

/** What Codex says beside turns: its tools on the way, words of its other agents, and that it wants to go on with less. */

type Item = OpenAI.Responses.ResponseInputItem
type Output = OpenAI.Responses.ResponseOutputItem

let worlds: TwoWorlds
let client: OpenAI
beforeAll(async () => {
  worlds = await openWorlds()
  client = new OpenAI({ baseURL: `${worlds.url}/v1`, apiKey: MASTER, maxRetries: 0 })
})
afterAll(() => worlds?.[Symbol.asyncDispose]())

const settings = {
  tool_choice: 'auto' as const,
  parallel_tool_calls: false,
  reasoning: { effort: 'low' as const, context: 'all_turns' as const },
  store: false,
  include: ['reasoning.encrypted_content' as const],
  prompt_cache_key: 'thread-1',
  text: { verbosity: 'low' as const },
  client_metadata: { session_id: 'thread-1', thread_id: 'thread-1' },
}

const message = (role: 'user' | 'developer', text: string) =>
  ({ type: 'message', id: `msg_${role}`, role, content: [{ type: 'input_text', text }] }) as Item
const tools = {
  type: 'additional_tools',
  id: 'at_1',
  role: 'developer',
  tools: [
    {
      type: 'namespace',
      name: 'functions',
      description: '',
      tools: [{ type: 'custom', name: 'exec', description: 'Runs a program.', format: { type: 'text' } }],
    },
    {
      type: 'namespace',
      name: 'collaboration',
      description: '',
      tools: [
        {
          type: 'function',
          name: 'spawn_agent',
          description: 'Gives a task to another agent.',
          strict: false,
          parameters: { type: 'object', properties: { message: { type: 'string', encrypted: true } } },
        },
      ],
    },
  ],
} as unknown as Item
const begin = [tools, message('developer', 'You are an agent.'), message('user', 'Begin.')]

interface Answered {
  readonly items: readonly Output[]
  readonly types: readonly string[]
  /** What the provider understood. */
  readonly heard: Heard
  readonly body: Readonly<Record<string, unknown>>
}

async function ask(model: string, input: readonly Item[], plan: Plan): Promise<Answered> {
  worlds.mock.reset()
  worlds.mock.setPlan(request => asDeclared(plan, request))
  const body = { ...settings, model, input: [...input], stream: true as const }
  const stream = await client.responses.create(body)
  const items: Output[] = []
  const types: string[] = []
  for await (const event of stream) {
    types.push(event.type)
    if (event.type === 'response.output_item.done') items.push(event.item)
    if (event.type === 'response.completed') expect(event.response.output).toEqual(items)
  }
  const [request] = worlds.mock.requests
  return { items, types, heard: heardIn(request!), body: request!.json! }
}

const saidIn = ({ turns }: Heard): string =>
  turns.flatMap(({ parts }) => parts.flatMap(part => ('text' in part ? [part.text] : []))).join('\n')

/** The last one speaks Codex's language, but not all that OpenAI has added to it. */
const others = ['anthropic/claude-sonnet-4-5', 'gemini/gemini-2.5-flash', 'plain/one', 'groq/one']

describe('Codex', () => {
  test.each(others)('has its tools at %s, however they are told', async model => {
    const program = 'text(await tools.exec_command({ cmd: "ls" })) // "ä"'
    const call = { id: 'call_1', name: 'functions__exec', arguments: program }
    const { items, heard } = await ask(model, begin, { text: 'I look.', toolCall: call })
    expect(heard.tools?.map(({ name }) => name)).toEqual(['functions__exec', 'collaboration__spawn_agent'])
    const { namespace, name, input, call_id } = items.at(-1) as unknown as Record<string, string>
    expect({ namespace, name, input, call_id }).toEqual({
      namespace: 'functions',
      name: 'exec',
      input: program,
      call_id: 'call_1',
    })
    const output = [
      { type: 'input_text', text: 'Script completed\n' },
      { type: 'input_text', text: 'a.txt' },
    ]
    const result = { type: 'custom_tool_call_output', id: 'ctco_1', call_id, output } as Item
    const next = await ask(model, [...begin, ...(items as Item[]), result], { text: 'Done.' })
    expect(next.heard.turns.at(-1)?.parts).toEqual([
      { result: 'call_1', output: expect.stringContaining('a.txt') },
    ])
  })

  test.each(others)('gives a task to another agent at %s, and hears of it', async model => {
    const task = {
      type: 'agent_message',
      id: 'amsg_1',
      author: '/root',
      recipient: '/root/helper',
      content: [
        { type: 'input_text', text: 'Task name: /root/helper\nPayload:\n' },
        { type: 'encrypted_content', encrypted_content: 'Count the files.' },
      ],
    } as unknown as Item
    const { heard, items } = await ask(model, [...begin.slice(0, 2), task], { text: 'Three.' })
    expect(heard.turns).toEqual([
      { role: 'user', parts: [{ text: 'Task name: /root/helper\nPayload:\nCount the files.' }] },
    ])
    expect(items.map(({ type }) => type)).toEqual(['message'])
  })

  test.each(others)('goes on with a summary at %s', async model => {
    const call = { type: 'function_call', call_id: 'c', name: 'spawn_agent', namespace: 'collaboration' }
    const past = [
      ...begin,
      { ...call, arguments: '{"message":"Count."}' },
      { type: 'function_call_output', call_id: 'c', output: 'Counted.' },
    ] as Item[]
    const trigger = { type: 'compaction_trigger' } as Item
    const plan = { reasoning: 'What matters?', text: 'Three files were “counted”.' }
    const { items, types, heard } = await ask(model, [...past, trigger], plan)
    expect(items.map(({ type }) => type)).toEqual(['compaction'])
    expect(types.filter(type => /delta|content_part/.test(type))).toEqual([])
    expect(saidIn(heard)).toContain('summary of this conversation')
    expect([undefined, 'none']).toContain(heard.choice)

    const kept = [message('user', 'Begin.'), ...(items as Item[])]
    for (const next of others) {
      const { heard: then } = await ask(next, kept, { text: 'On with it.' })
      expect(saidIn(then)).toContain('Three files were “counted”.')
    }
    const { body } = await ask('openai/one', kept, { text: 'On with it.' })
    const [, opened] = body.input as Record<string, unknown>[]
    expect(opened).toMatchObject({ type: 'message', role: 'user' })
    expect(JSON.stringify(opened)).toContain('Three files were “counted”.')
  })

  test.each(others)('is told where %s wrote no summary', async model => {
    const input = [...begin, { type: 'compaction_trigger' } as Item]
    const { items, types } = await ask(model, input, { reasoning: 'Hm.', text: '' })
    expect({ items, end: types.at(-1) }).toEqual({ items: [], end: 'response.failed' })
  })

  test('is kept in mind here where it was asked through a translation', async () => {
    const tool = { type: 'custom', name: 'patch', description: 'Applies a patch.' } as const
    const given = { model: 'xai/one', tools: [tool], stream: false as const }
    worlds.mock.setPlan({ text: 'I said so.' })
    const first = await client.responses.create({ ...given, input: 'Say something.' })
    const next = await client.responses.create({ ...given, input: 'What?', previous_response_id: first.id })
    expect(next.output_text).toBe('I said so.')
    expect(saidIn(heardIn(worlds.mock.requests.at(-1)!))).toBe('Say something.\nI said so.\nWhat?')
  })

  test.each(['groq/one', 'xai/one'])('passes as bytes what %s understands', async model => {
    const run = { type: 'function', name: 'run', strict: false, parameters: { type: 'object' } } as const
    const input = [message('user', 'Begin.')]
    worlds.mock.reset()
    const answer = await client.responses.create({ ...settings, model, input, tools: [run], stream: false })
    expect(answer.status).toBe('completed')
    expect(worlds.mock.requests.map(({ path, json }) => ({ path, json }))).toEqual([
      { path: '/v1/responses', json: { ...settings, model: 'one', input, tools: [run], stream: false } },
    ])
  })

  test('asks a provider of its language as it is', async () => {
    const input = [...begin, { type: 'compaction_trigger' } as Item]
    const { body } = await ask('openai/one', input, { text: 'What it says is its own affair.' })
    expect(body).toEqual({ ...settings, model: 'one', input, stream: true } as never)
  })
})
