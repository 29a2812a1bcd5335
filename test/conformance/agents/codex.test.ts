import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { MASTER } from '../../kit.ts'
import type { ToolCall } from '../../mock/plan.ts'
import { hearResponses } from '../../mock/responses-heard.ts'
import { openWorlds, type TwoWorlds } from '../world.ts'
import {
  asDeclared,
  essence,
  heardIn,
  proofsIn,
  proofsOf,
  type Result,
  scriptOf,
  type Turn,
} from './turns.ts'

/** A conversation as Codex has it: streams only, nothing stored, thoughts encrypted, tools of several kinds. */

type Item = OpenAI.Responses.ResponseInputItem
type Output = OpenAI.Responses.ResponseOutputItem

let worlds: TwoWorlds
let client: OpenAI
beforeAll(async () => {
  worlds = await openWorlds()
  client = new OpenAI({ baseURL: `${worlds.url}/v1`, apiKey: MASTER, maxRetries: 0 })
})
afterAll(() => worlds?.[Symbol.asyncDispose]())

const parameters = {
  type: 'object',
  properties: { path: { type: 'string' }, limit: { type: 'number' } },
  required: ['path'],
  additionalProperties: false,
}
const settings = {
  instructions: 'You are Codex, based on GPT-5. You are running as a coding agent.',
  tools: [
    { type: 'function' as const, name: 'read', description: 'Reads a file.', strict: false, parameters },
    { type: 'custom' as const, name: 'patch', description: 'Applies a patch.' },
    { type: 'local_shell' as const },
  ],
  tool_choice: 'auto' as const,
  parallel_tool_calls: true,
  reasoning: { effort: 'medium' as const, summary: 'auto' as const },
  store: false,
  include: ['reasoning.encrypted_content' as const],
  prompt_cache_key: 'conversation-1',
}

/** The second tool of a turn is the shell, or a patch: tools that are no functions. */
function rename(call: ToolCall, turn: number): ToolCall {
  if (call.name !== 'bash') return call
  if (turn % 2 === 0) return { ...call, name: 'local_shell', arguments: { command: ['ls', `-l ${turn}`] } }
  return {
    ...call,
    name: 'patch',
    arguments: `*** Begin Patch\n*** Add File: ${turn}.txt\n+"ä"\n*** End Patch\n`,
  }
}

const outputs = {
  function_call: 'function_call_output',
  custom_tool_call: 'custom_tool_call_output',
  local_shell_call: 'local_shell_call_output',
} as const

const isCall = (item: Output): item is Output & { type: keyof typeof outputs; call_id: string } =>
  item.type in outputs

function resultOf(
  { type, call_id, id }: Output & { type: keyof typeof outputs; call_id: string },
  result: Result,
): Item {
  const picture = result.picture && {
    type: 'input_image' as const,
    image_url: result.picture,
    detail: 'auto' as const,
  }
  const output = picture ? [{ type: 'input_text' as const, text: result.text }, picture] : result.text
  return { type: outputs[type], ...(type === 'local_shell_call' && { id }), call_id, output } as Item
}

async function play(turn: Turn, model: string, input: readonly Item[]): Promise<Item[]> {
  const { isAborted, results, user, plan } = turn
  worlds.mock.setPlan(request => asDeclared(plan, request))
  const said = (text: string): Item => ({ role: 'user', content: [{ type: 'input_text', text }] })
  const stream = await client.responses.create({ ...settings, model, input: [...input], stream: true })
  const items: Output[] = []
  let count = 0
  let isDone = false
  for await (const event of stream) {
    if (isAborted && ++count === 6) break
    if (event.type === 'response.output_item.done') items.push(event.item)
    if (event.type === 'response.completed') isDone = true
  }
  if (isAborted) {
    await worlds.quiet()
    return [said(user!)]
  }
  expect(isDone).toBe(true)
  const calls = items.filter(isCall)
  expect(calls.map(({ call_id }) => call_id)).toEqual([plan.toolCall ?? []].flat().map(({ id }) => id!))
  const answers = calls.map(call => resultOf(call, results[call.call_id]!))
  return [...(items as Item[]), ...(calls.length > 0 ? answers : [said(user!)])]
}

/** Whether a provider gets back what proves its thoughts. */
const providers = {
  'openai/one': true,
  'anthropic/claude-sonnet-4-5': true,
  'gemini/gemini-2.5-flash': true,
  'plain/one': false,
}

describe('Codex', () => {
  for (const [model, takesProofs] of Object.entries(providers))
    test(`talks to ${model} for 24 turns`, async () => {
      const turns = scriptOf(rename)
      const input: Item[] = [{ role: 'user', content: [{ type: 'input_text', text: 'Begin.' }] }]
      for (const [i, turn] of turns.entries()) {
        worlds.mock.reset()
        const sent = [...input]
        const more = await play(turn, model, input)
        const [request, ...others] = worlds.mock.requests
        expect([i, others.length]).toEqual([i, 0])
        const heard = heardIn(request!)
        const meant = hearResponses({ ...settings, input: sent } as never)
        expect([i, simple(essence(heard))]).toEqual([i, simple(essence(meant))])
        if (takesProofs) expect([i, proofsIn(heard)]).toEqual([i, proofsOf(turns.slice(0, i))])
        if (model === 'openai/one')
          expect(request!.json).toEqual({ ...settings, model: 'one', input: sent, stream: true } as never)
        input.push(...more)
      }
      expect(input.length).toBeGreaterThan(40)
    }, 60_000)
})

/**
 * Tools that are no functions become some: what they are given is found in their input, however it is wrapped, and a tool
 * without a name gets that of its type.
 */
function simple({ turns, tools, ...rest }: ReturnType<typeof essence>) {
  const unwrapped = (part: object): object => {
    if (!('call' in part) || !('input' in part)) return part
    const { input } = part
    if (typeof input !== 'object' || input === null) return part
    if ('command' in input) return { ...part, input: input.command }
    const values = Object.values(input)
    return part.call === 'patch' && values.length === 1 ? { ...part, input: values[0] } : part
  }
  return {
    ...rest,
    tools: tools?.map(name => name || 'local_shell'),
    turns: turns.map(({ role, parts }) => ({ role, parts: parts.map(unwrapped) })),
  }
}
