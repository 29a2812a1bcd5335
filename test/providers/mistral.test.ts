import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, startBehind } from './behind.ts'

/** Mistral's package asks for a schema to be followed only where it is told to. */

let mistral: Behind
beforeAll(async () => {
  mistral = await startBehind(url => ({ MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: `${url}/v1` }))
  mistral.answer({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: '{}' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })
})
afterAll(() => mistral.close())

const model = 'mistral/mistral-large'
const closed = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
}
const open = { type: 'object', properties: { a: { type: 'string' } } }

/** The schema as it arrives, and what the client is told. */
async function arrived(path: string, body: object) {
  const { headers } = await mistral.ask(path, { model, ...body })
  const { schema, strict } = mistral.sent().response_format.json_schema
  return { schema, strict, warning: headers.get('x-modelway-warning') }
}

describe('a schema for the answer', () => {
  test.each([true, false, undefined])(
    'of Responses is followed as the client wants: strict %p',
    async strict => {
      const format = {
        type: 'json_schema',
        name: 'n',
        schema: closed,
        ...(strict !== undefined && { strict }),
      }
      expect(await arrived('/v1/responses', { input: 'Go', text: { format } })).toEqual({
        schema: closed,
        strict: strict === true,
        warning: null,
      })
    },
  )

  const messages = (schema: object) => ({
    max_tokens: 9,
    messages: [{ role: 'user', content: 'Go' }],
    output_config: { format: { type: 'json_schema', schema } },
  })

  test('of Messages is followed, as Anthropic follows it', async () => {
    expect(await arrived('/v1/messages', messages(closed))).toEqual({
      schema: closed,
      strict: true,
      warning: null,
    })
  })

  test('of Messages that leaves properties out is told to have no guarantee', async () => {
    expect(await arrived('/v1/messages', messages(open))).toEqual({
      schema: open,
      strict: false,
      warning:
        'output_config.format.schema: not every property is required, so this provider follows it without a guarantee',
    })
  })
})

describe('the order of a conversation', () => {
  const call = { type: 'tool_use', id: 'abcdefgh1', name: 'get', input: {} }
  const talk = (...messages: object[]) => ({
    max_tokens: 9,
    messages,
    tools: [{ name: 'get', input_schema: open }],
  })
  const arrived = async (path: string, body: object) => {
    mistral.answer({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    })
    const { status } = await mistral.ask(path, { model, ...body })
    expect(status).toBe(200)
    return mistral.sent().messages.map(({ role }: { role: string }) => role)
  }
  /** What Mistral takes behind each: https://github.com/mistralai/mistral-common, `_validate_message_order`. */
  const follows: Readonly<Record<string, readonly string[]>> = {
    system: ['user', 'assistant', 'system'],
    user: ['assistant', 'system', 'user'],
    assistant: ['assistant', 'user', 'tool'],
    tool: ['assistant', 'tool'],
  }
  const isInOrder = (roles: readonly string[]): boolean =>
    roles.every((role, i) => i === 0 || follows[roles[i - 1]!]!.includes(role))

  test('has no words of the user right behind results of tools', async () => {
    const roles = await arrived(
      '/v1/messages',
      talk(
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: [call] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: call.id, content: 'Done.' },
            { type: 'text', text: '<system-reminder>Be brief.</system-reminder>' },
          ],
        },
      ),
    )
    expect(roles).toEqual(['user', 'assistant', 'tool', 'assistant', 'user'])
  })

  test('is as it was where it is in order', async () => {
    const roles = await arrived(
      '/v1/messages',
      talk(
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: [call] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'Done.' }] },
      ),
    )
    expect(roles).toEqual(['user', 'assistant', 'tool'])
  })

  test('has no system behind what the model said', async () => {
    const roles = await arrived('/v1/responses', {
      input: [
        { role: 'user', content: 'Go' },
        { type: 'function_call', call_id: 'abcdefgh1', name: 'get', arguments: '{}' },
        { type: 'function_call_output', call_id: 'abcdefgh1', output: 'Done.' },
        { role: 'developer', content: 'Be brief.' },
        { role: 'assistant', content: 'Yes.' },
        { role: 'developer', content: 'Briefer.' },
        { role: 'user', content: 'On' },
      ],
      tools: [{ type: 'function', name: 'get', parameters: open }],
    })
    expect(roles.filter((role: string) => role === 'user').length).toBeGreaterThanOrEqual(4)
    expect([roles, isInOrder(roles)]).toEqual([roles, true])
  })
})
