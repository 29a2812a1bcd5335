import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { JsonObject } from '../../../src/types.ts'
import { refusalOf } from './kit.ts'
import { read, talks, toChat } from './talks.ts'

describe('a proper body', () => {
  const flat = {
    type: 'function',
    name: 'a',
    description: 'd',
    parameters: { type: 'object' },
    strict: false,
  }
  const nested = { type: 'function', function: { name: 'b' } }
  test('with tools of the Responses API gets them as chat has them, and nothing else changes', () => {
    const body = {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [nested, flat, { type: 'custom', name: 'c' }],
      tool_choice: { type: 'function', name: 'a' },
    }
    const { type: _, ...own } = flat
    expect(read(body)).toEqual({
      ...body,
      tools: [nested, { type: 'function', function: own }, { type: 'custom', custom: { name: 'c' } }],
      tool_choice: { type: 'function', function: { name: 'a' } },
    })
  })

  const bodies = talks.map(talk => toChat(talk, 'max_tokens', text => text))
  test('stays the same object', () =>
    fc.assert(
      fc.property(
        bodies,
        fc.constantFrom(
          {},
          { stop: ['x'] },
          { thinking: { type: 'enabled' } },
          { metadata: { user_id: 'u' } },
          { tool_choice: { type: 'function', function: { name: 'a' } } },
          { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } },
          { tools: [{ type: 'custom', custom: { name: 'a' } }, { type: 'web_search' }] },
          { cache_control: {} },
        ),
        (body, more) => {
          const given = { ...body, ...more }
          expect(read(given)).toBe(given)
        },
      ),
    ))
  test.each<JsonObject>([
    {},
    { messages: [] },
    { messages: 'x', tools: 'y', input: 3 },
    { messages: [null, { content: [null, 3] }], tools: [null, 3] },
    {
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'thinking', thinking: [{ type: 'text', text: "Mistral's" }] }],
        },
      ],
    },
    { input: {} },
    { messages: [{ role: 'user', content: 'a' }], input: 'b' },
  ])('stays the same object, however odd: %j', body => expect(read(body)).toBe(body))

  test('no JSON makes it fail but by a refusal', () => {
    const key = fc.constantFrom(
      'messages',
      'input',
      'system',
      'tools',
      'tool_choice',
      'content',
      'type',
      'role',
      'source',
      'text',
      'output',
      'function',
      'name',
    )
    const leaf = fc.constantFrom<unknown>(
      'text',
      'image',
      'tool_use',
      'tool_result',
      'function_call',
      'message',
      'user',
      'assistant',
      'custom',
      null,
      1,
    )
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5 }), odd => {
        try {
          read(odd)
        } catch {
          expect(refusalOf(() => read(odd))).toMatch(/^invalid_request /)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
