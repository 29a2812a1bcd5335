import { expect, test } from 'bun:test'
import { toCall } from '../../../plugins/dialects/anthropic-messages/call.ts'
import { toError } from '../../../plugins/dialects/anthropic-messages/refusal.ts'
import { Refusal } from '../../../src/errors.ts'

const to = (options: string) => ({ type: options, options, model: 'm' })
const body = (more: object) => ({
  model: 'm',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
})

test('a thread is refused with the word upon which Anthropic’s clients send the whole conversation instead', () => {
  const refusal = (() => {
    try {
      return toCall(body({ thread: { type: 'create' } }), to('compatible'))
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(Refusal)
  expect(toError(refusal as Refusal, 'id')).toMatchObject({
    error: { type: 'invalid_request_error', details: { error_code: 'thread_unsupported_request' } },
  })
})

test('a search of the web beside other tools is left out with a word; alone it is refused', () => {
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 5 }
  const own = { name: 'walk', input_schema: { type: 'object' } }
  const { options, warnings } = toCall(body({ tools: [search, own] }), to('compatible'))
  expect(options.tools?.map(({ name }) => name)).toEqual(['walk'])
  expect(warnings).toEqual(['tools[0]: this provider has no web_search of its own, so it does without'])
  expect(() => toCall(body({ tools: [search] }), to('compatible'))).toThrow('a tool that only Anthropic')
  expect(toCall(body({ tools: [search, own] }), to('anthropic')).options.tools).toHaveLength(2)
})
