import { describe, expect, test } from 'bun:test'
import { toCall } from '../../../plugins/dialects/anthropic-messages/call.ts'

/** Claude Code says things in between as the system; not every vendor takes them there. */
const body = {
  model: 'm',
  max_tokens: 9,
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'system', content: 'Be quick' },
    { role: 'user', content: 'Go on' },
  ],
}
const promptFor = (options: string, model = 'm') =>
  toCall(body, { type: options, options, model }).options.prompt

describe('a word of the system between turns', () => {
  test.each(['google', 'bedrock'])('is a word of the user at %s, in its place', options => {
    const prompt = promptFor(options)
    expect(prompt.some(({ role }) => role === 'system')).toBe(false)
    const texts = JSON.stringify(prompt)
    expect(texts).toContain('<system>')
    expect(texts.indexOf('Hello')).toBeLessThan(texts.indexOf('Be quick'))
    expect(texts.indexOf('Be quick')).toBeLessThan(texts.indexOf('Go on'))
  })

  test('stays what it is where it may stand', () => {
    expect(promptFor('compatible').map(({ role }) => role)).toEqual(['user', 'system', 'user'])
  })
})

describe('a tool that comes or goes between turns', () => {
  const tool = { type: 'tool_reference', name: 'go' }
  const changed = (...content: object[]) =>
    toCall(
      { ...body, messages: [...body.messages, { role: 'system', content }] },
      { type: 'x', options: 'compatible', model: 'm' },
    )

  test('is on offer from the beginning, and stays so, as the client is told', () => {
    const came = changed({ type: 'tool_addition', tool })
    expect(came.options.prompt).toEqual(promptFor('compatible'))
    expect(came.warnings).toEqual([])
    const { warnings, options } = changed({ type: 'tool_removal', tool }, { type: 'text', text: 'Now' })
    expect(options.prompt.at(-1)).toEqual({ role: 'system', content: 'Now' })
    expect(warnings).toEqual([
      'messages[3].content[0]: this provider cannot be told that a tool is gone, so it stays on offer',
    ])
  })

  test('is refused where it is defined there', () => {
    const definition = { type: 'custom', name: 'go', input_schema: { type: 'object' } }
    const coming = { type: 'tool_addition', tool: { type: 'tool_definition', definition } }
    expect(() => changed(coming)).toThrow('messages[3].content[0].tool')
  })
})
