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
