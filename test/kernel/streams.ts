import { expect } from 'bun:test'
import { MASTER } from '../kit.ts'
import type { House } from './house.ts'

export const encoder = new TextEncoder()
export type Bytes = Uint8Array<ArrayBuffer>

/** A stream without a socket in between, so that every piece is a read of its own. */
export async function open(house: House, model: string, options?: object): Promise<Response> {
  const body = JSON.stringify({
    model,
    messages: [],
    stream: true,
    ...(options && { stream_options: options }),
  })
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const response = await house.test.fetch('/v1/chat/completions', { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  return response
}

export const read = async (house: House, model: string, options?: object): Promise<Buffer> =>
  Buffer.from(await (await open(house, model, options)).arrayBuffer())

export const chunk = (fields: object) =>
  JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...fields })
export const delta = (content: string) =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null })
export const finish = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
export const reported = {
  prompt_tokens: 50,
  completion_tokens: 30,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 10 },
}
export const usage = { input: 42, cacheRead: 8, cacheWrite: 0, output: 20, reasoning: 10 }
export const usageEvent = `data: ${chunk({ choices: [], usage: reported })}\n\n`

/** Everything that the grammar allows, around the usage event. */
export const before =
  '\ufeff: hello\n\nevent: message\nid: 7\nretry: 10\n' +
  `data: ${delta('Grüße, 😀\u2028')}\n\n:\n\ndata:${delta('no space')}\n\n` +
  `data: {"choices":[],\ndata: "x":"two lines"}\n\ndata: ${delta('"usage": {')}\nunknown: 1\n\ndata\n\n` +
  `data: ${finish}\n\n`
export const after = 'data: [DONE]\n\n'
export const lineEnds = { LF: '\n', CRLF: '\r\n', CR: '\r' }
export const write = (text: string, newline: string): Bytes => encoder.encode(text.replaceAll('\n', newline))
