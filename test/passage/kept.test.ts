import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { type House, last, openHouse } from './kit.ts'

/** What Google keeps for the account is put there by operators, and read by nobody else by way of a prompt. */

let house: House
let alpha: string
beforeAll(async () => {
  house = await openHouse({ at: { GEMINI_BASE_URL: '$/v1beta' } })
  alpha = await house.key({ user_path: '/alpha' })
  house.answer(() =>
    Response.json({
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
    }),
  )
})
afterAll(() => house[Symbol.asyncDispose]())

const PLACES = [
  '/v1beta/models/gemini/flash:generateContent',
  '/v1beta/models/gemini/flash:countTokens',
  '/p/gemini/models/flash:generateContent',
] as const
const HELLO = '"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]'
const withFile = (file: string) => `{"contents": [{"role": "user", "parts": [{${file}}]}]}`

async function ask(key: string, path: string, body: string): Promise<string> {
  const before = house.received.length
  const headers = { 'content-type': 'application/json' }
  const response = await house.call('POST', path, { key, body, headers })
  const { error } = (await response.json()) as { error?: { message: string } }
  return house.received.length > before ? 'passed' : `${response.status} ${error?.message}`
}

test.each([
  [`{${HELLO}, "cachedContent": "cachedContents/abc"}`, 'cachedContents/abc'],
  [`{${HELLO}, "cached_content": "projects/p/locations/l/cachedContents/1"}`, 'cachedContents/1'],
  [`{${HELLO}, "c\\u0061chedContent": "cachedContents\\/abc"}`, 'cachedContents/abc'],
  [`{"generateContentRequest": {${HELLO}, "cachedContent": "cachedContents/abc"}}`, 'cachedContents/abc'],
  [withFile('"fileData": {"mimeType": "text/plain", "fileUri": "gs://bucket/secret"}'), 'gs://bucket/secret'],
  [withFile('"file_data": {"file_uri": "files/abc"}'), 'files/abc'],
  [
    withFile('"fileData": {"fileUri": "HTTPS://generativelanguage.googleapis.com:443/v1beta/%66iles/abc"}'),
    '%66iles/abc',
  ],
])('%s is for operators only', async (body, named) => {
  for (const path of PLACES) {
    const said = await ask(alpha, path, body)
    expect([path, said]).toEqual([path, expect.stringMatching(/^404 /)])
    expect(said).toContain(named)
    expect(await ask(MASTER, path, body)).toBe('passed')
  }
})

test('what lies open on the net is for everybody, and a tool may call its arguments as it likes', async () => {
  const call = '"functionCall": {"name": "open", "args": {"fileUri": "src/main.ts", "cachedContent": "yes"}}'
  for (const body of [
    withFile('"fileData": {"fileUri": "https://www.youtube.com/watch?v=1"}'),
    withFile('"fileData": {"fileUri": "https://storage.googleapis.com/open/a.pdf"}'),
    withFile('"text": "\\"cachedContent\\": \\"cachedContents/abc\\" and \\\\u0063"'),
    `{"contents": [{"role": "model", "parts": [{${call}}]}]}`,
  ]) {
    expect(await ask(alpha, PLACES[2], body)).toBe('passed')
    expect(last(house).text).toBe(body)
  }
})

test('what Google keeps has no name in other languages: who asks there is not known to be an operator', async () => {
  const message = (content: object) => ({
    model: 'gemini/flash',
    max_tokens: 9,
    messages: [{ role: 'user', content }],
  })
  const url = 'https://generativelanguage.googleapis.com/v1beta/files/abc'
  const chat = message([{ type: 'file', file: { filename: 'a.pdf', file_data: url } }])
  const claude = message([{ type: 'document', source: { type: 'url', url } }])
  for (const [path, body] of [
    ['/v1/chat/completions', chat],
    ['/v1/messages', claude],
  ] as const)
    expect(await ask(alpha, path, JSON.stringify(body))).toMatch(/^404 .*There is no .*files\/abc/)
})
