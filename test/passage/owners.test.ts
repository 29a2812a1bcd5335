import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { type Call, type House, openHouse } from './kit.ts'
import { openVault } from './vault.ts'

/** One account at a provider, many callers: what belongs to one of them is there for nobody else. */

let house: House
let alpha: string
let beta: string
/** A file of alpha's. */
let file: string
beforeAll(async () => {
  house = await openHouse({
    at: {
      OPENAI_BASE_URL: '$/v1',
      ANTHROPIC_BASE_URL: '$/v1',
    },
  })
  alpha = await house.key({ user_path: '/alpha' })
  beta = await house.key({ user_path: '/beta' })
})
afterAll(() => house[Symbol.asyncDispose]())
beforeEach(async () => {
  openVault(house)
  file = (await upload(alpha, 'hello', 'user_data')).id
})

async function upload(key: string, text: string, purpose: string) {
  const body = new FormData()
  body.append('purpose', purpose)
  body.append('file', new File([text], 'in.jsonl'))
  return (await house.call('POST', '/v1/files', { key, body })).json()
}

/** Status and message of a call that must not reach the provider; `passed` for one that does. */
async function ask(key: string, method: string, path: string, init: Call = {}): Promise<string> {
  const before = house.received.length
  const response = await house.call(method, path, { key, ...init })
  const body = await response.json().catch(() => ({}))
  return house.received.length > before ? 'passed' : `${response.status} ${body.error?.message}`
}

const line = (body: object) =>
  JSON.stringify({ custom_id: 'a', url: '/v1/responses', body: { model: 'openai/gpt-5', ...body } })

describe('a line of a file for a batch', () => {
  const send = async (key: string, ...lines: string[]) => {
    const before = house.received.length
    const body = await upload(key, lines.join('\n'), 'batch')
    return house.received.length > before ? 'passed' : body.error.message
  }

  test('may name the files of its owner only', async () => {
    const named = line({ input: [{ role: 'user', content: [{ type: 'input_file', file_id: file }] }] })
    expect(await send(beta, line({}), named)).toBe(`Line 2: There is no file "${file}"`)
    expect(await send(beta, line({}), named.replace('file_id', 'file\\u005fid'))).toStartWith('Line 2: ')
    expect(await send(alpha, named, named)).toBe('passed')
    expect(await send(beta, named.replace(file, 'file-unknown'))).toBe('passed')
    const body = new FormData()
    body.append('purpose', 'batch')
    body.append('file', new File([named], 'in.jsonl'))
    expect((await house.call('POST', '/v1/files', { key: beta, body })).status).toBe(404)
  })

  test.each([
    ['previous_response_id', '{"previous_response_id": "resp_1"}'],
    ['previous_response_id', '{"Previous_Response_Id": "resp_1"}'],
    ['previous_response_id', '{"previous_response_id": "resp_1", "previous_response_id": null}'],
    ['conversation', '{"conversation": "conv_1"}'],
    ['conversation', '{"conversation": {"id": "conv_1"}}'],
    ['item_reference', '{"input": [{"role": "user"}, {"type": "item_reference", "id": "msg_1"}]}'],
    ['item_reference', '{"input": [{"id": "msg_1"}]}'],
  ])('goes on with nothing that the account keeps: %s, %s', async (field, json) => {
    const text = line({}).replace('"openai/gpt-5"', `"openai/gpt-5", ${json.slice(1, -1)}`)
    expect(await send(alpha, line({}), text)).toStartWith(`Line 2: "${field}" cannot stand in a batch`)
    expect(await send(MASTER, text)).toBe('passed')
  })

  test('that says of itself that nothing came before is taken', async () => {
    const own = { previous_response_id: null, conversation: null, input: [{ role: 'user', id: 'x' }] }
    expect(await send(alpha, line(own), line({ input: 'conversation' }))).toBe('passed')
  })
})

test('a request of a batch of messages may name the files of its owner only', async () => {
  const request = (more: object) => ({
    custom_id: 'a',
    params: { model: 'anthropic/c', max_tokens: 1, messages: [], ...more },
  })
  const named = request({
    messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: file } }] }],
  })
  const send = (key: string, ...requests: object[]) =>
    ask(key, 'POST', '/v1/messages/batches', { json: { requests } })
  expect(await send(beta, request({}), named)).toBe(`404 file_id: requests[1]: There is no file "${file}"`)
  expect(await send(beta, request({}), request({ conversation: 'conv_1' }))).toStartWith(
    '400 requests[1]: "conversation" cannot stand',
  )
  expect(await send(alpha, request({}), named)).toBe('passed')
})
