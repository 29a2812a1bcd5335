import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import OpenAI, { toFile } from 'openai'
import { elementsOf } from '../../plugins/batches/inline.ts'
import { passLines } from '../../plugins/files/lines.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { type House, last, openHouse } from './kit.ts'
import { openVault, type Vault } from './vault.ts'

let house: House
let vault: Vault
let alpha: string
let beta: string
beforeAll(async () => {
  house = await openHouse({
    at: {
      OPENAI_BASE_URL: '$/v1',
      GROQ_BASE_URL: '$/groq',
      ANTHROPIC_BASE_URL: '$/v1',
      ANTHROPIC_EU_BASE_URL: '$/eu',
      VLLM_BASE_URL: '$/v1',
    },
  })
  alpha = await house.key({ user_path: '/alpha' })
  beta = await house.key({ user_path: '/beta' })
  await house.policy({ source: 'openai/closed', user_paths: ['/beta'], force: true })
  await house.policy({ source: 'anthropic/closed', user_paths: ['/beta'], force: true })
  await house.policy({ source: 'smarter', target_model: 'openai/gpt-5', force: true })
  await house.policy({ source: 'both', targets: [{ model: 'groq/g' }, { model: 'openai/o' }], force: true })
  const parameters = { max_output_tokens: 100 }
  await house.policy({ source: 'careful', target_model: 'openai/gpt-5', parameters, force: true })
  await house.policy({ source: 'wise', target_model: 'anthropic/claude-opus', force: true })
})
afterAll(() => house[Symbol.asyncDispose]())
beforeEach(() => {
  vault = openVault(house)
})

const bound = (input: unknown, init?: RequestInit) => {
  const { pathname, search } = new URL(input instanceof Request ? input.url : String(input))
  return house.test.fetch(pathname + search, init)
}
const openai = (apiKey: string) =>
  new OpenAI({ apiKey, baseURL: 'http://localhost:8080/v1', fetch: bound as typeof fetch, maxRetries: 0 })
const anthropic = (apiKey: string) =>
  new Anthropic({ apiKey, baseURL: 'http://localhost:8080', fetch: bound as typeof fetch, maxRetries: 0 })

const line = (model: string, id = 'a') =>
  `{"custom_id": "${id}", "method": "POST", "url": "/v1/chat/completions", "body": { "model" : ${JSON.stringify(model)}, "n": 1.0, "messages": [{"role": "user", "content": "{\\"model\\": \\"x\\"}"}]}}`
const uploaded = async (key: string, text: string, headers: Record<string, string> = {}) =>
  openai(key).files.create(
    { file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch' },
    { headers },
  )
/** What the caller is told of a file that is not taken. */
const fault = async (text: string, headers: Record<string, string> = {}): Promise<string> => {
  const before = house.received.length
  const error = await uploaded(alpha, text, headers).then(
    () => ({ status: 200, message: 'taken' }),
    (error: { status: number; message: string }) => error,
  )
  if (error.status !== 200) expect(house.received.length).toBe(before)
  return `${error.status === 200 ? '200 ' : ''}${error.message}`
}

describe('a file for a batch', () => {
  test('names models as its caller knows them, and gets the ids of the provider', async () => {
    const text = `${line('openai/gpt-5', '1')}\n\n${line('smarter', '2')}\r\n${line('openai/o3', 'ü€😀')}\n`
    const { id } = await uploaded(alpha, text)
    expect(vault.files.get(id)?.text).toBe(
      text
        .replace('"openai/gpt-5"', '"gpt-5"')
        .replace('"smarter"', '"gpt-5"')
        .replace('"openai/o3"', '"o3"'),
    )
    expect(house.settled.at(-1)).toMatchObject({ asked: 'openai/gpt-5', endpoint: 'files', status: 200 })
  })

  test('leads to the one provider that all its lines can reach', async () => {
    const where = async (...models: string[]) => {
      await uploaded(alpha, models.map(model => line(model)).join('\n'))
      return [last(house).path, [...last(house).text.matchAll(/"model" : ("\w+")/g)].map(match => match[1])]
    }
    expect(await where('both', 'openai/x')).toEqual(['/v1/files', ['"o"', '"x"']])
    expect(await where('groq/x', 'both')).toEqual(['/groq/files', ['"x"', '"g"']])
    await uploaded(alpha, line('both'), { 'x-modelway-provider': 'openai' })
    expect(last(house).path).toBe('/v1/files')
  })

  test.each([
    [
      [line('openai/gpt-5'), line('openai/closed')],
      'Line 2: Model "openai/closed" is not open to you: your key, or user path "/alpha", does not include it',
    ],
    [
      [line('openai/gpt-5'), '', line('groq/x')],
      'Line 3: model "groq/x" leads to provider "groq", the ones before it to "openai"',
    ],
    [[line('vllm/x')], 'Line 1: model "vllm/x" leads to provider "vllm", which takes no batches'],
    [
      [line('smarter'), line('careful')],
      'Line 2: "careful" sets parameters, and what is in a batch goes on as it is: name another model',
    ],
    [[line('nothing')], 'Line 1: Model "nothing" does not exist'],
    [[line('openai/a'), '{"body": '], 'Line 2: The body is not valid JSON'],
    [[line('openai/a'), '[]'], 'Line 2: It must be a JSON object'],
    [['{"custom_id": "a"}'], 'Line 1: Field "body" is missing'],
    [['{"body": []}'], 'Line 1: Field "body" must be an object'],
    [['{"body": {}}'], 'Line 1: Field "model" is missing'],
    [['{"body": {"model": 7}}'], 'Line 1: Field "body.model" must be a string'],
    [
      ['{"body": {"model": "openai/a"}, "body": {"model": "closed"}}'],
      'Line 1: Field "body" stands there twice',
    ],
    [['{"body": {"model": "openai/a", "MODEL": "closed"}}'], 'Line 1: Field "model" stands there twice'],
    [['{"Body": {"model": "closed"}}'], 'Line 1: Field "body" is missing'],
    [
      ['{"x":\r{"body": {"model": "closed"}}\r,"body": {"model": "openai/a"}}'],
      'Line 1: It holds a carriage return',
    ],
    [['', ' '], 'The file has no lines'],
  ])('is refused with the line that is wrong: %#', async (lines, message) => {
    expect(await fault(lines.join('\n'))).toStartWith(`400 ${message}`)
  })

  test('is refused where it is not UTF-8, and where the provider that is named has not all of it', async () => {
    expect(await fault(line('groq/x'), { 'x-modelway-provider': 'openai' })).toContain(
      'leads to provider "groq", not to "openai"',
    )
    const form = new FormData()
    form.append('purpose', 'batch')
    form.append('file', new File([new Uint8Array([0x7b, 0xff, 0x7d])], 'x'))
    const response = await house.call('POST', '/v1/files', { body: form })
    expect([response.status, (await response.json()).error.message]).toEqual([
      400,
      'Line 1: It is not valid UTF-8',
    ])
  })

  test('of many lines keeps nobody else waiting', async () => {
    const bytes = new TextEncoder().encode(Array.from({ length: 50_000 }, () => line('name')).join('\n'))
    let turns = 0
    const watch = setInterval(() => turns++, 0)
    const gate = {
      take: async () => {},
      look: () => undefined,
      modelOf: () => 'other',
      models: () => [],
      aim: () => ({ provider: '', model: '' }),
      provider: () => ({}) as Provider,
    }
    const parts = await passLines(bytes, gate)
    clearInterval(watch)
    expect(turns).toBeGreaterThan(5)
    const text = await new Blob([...parts]).text()
    expect(text.split('"other"').length).toBe(50_001)
  })
})

describe("a batch of OpenAI's", () => {
  test('is started, watched, listed and cancelled by the official client; what it writes belongs to its owner', async () => {
    const client = openai(alpha)
    const file = await uploaded(alpha, line('smarter'))
    const batch = await client.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    expect(house.settled.at(-1)).toMatchObject({ endpoint: 'batches', asked: 'smarter' })
    expect((await client.batches.retrieve(batch.id)).status).toBe('validating')
    const kept = vault.batches.get(batch.id)!
    kept.status = 'in_progress'
    expect((await client.batches.list()).data.map(({ id, status }) => [id, status])).toEqual([
      [batch.id, 'in_progress'],
    ])
    expect((await client.batches.cancel(batch.id)).status).toBe('cancelling')
    Object.assign(kept, { status: 'completed', output_file_id: 'file-out', error_file_id: 'file-err' })
    vault.files.set('file-out', { object: { id: 'file-out', purpose: 'batch_output' }, text: 'done' })
    await expect((async () => openai(beta).files.content('file-out'))()).rejects.toMatchObject({
      status: 404,
    })
    await client.batches.list()
    expect(await (await client.files.content('file-out')).text()).toBe('done')
    const asked = house.received.length
    expect((await client.batches.list()).data[0]?.status).toBe('completed')
    expect(house.received.length).toBe(asked)
  })

  test('A-13 does not exist for others, and nobody runs the file of somebody else', async () => {
    const file = await uploaded(alpha, line('openai/gpt-5'))
    const start = (key: string, id: string) =>
      house.call('POST', '/v1/batches', {
        key,
        json: { input_file_id: id, endpoint: '/v1/chat/completions' },
      })
    const { id } = await (await start(alpha, file.id)).json()
    const before = house.received.length
    expect((await start(beta, file.id)).status).toBe(404)
    expect((await start(beta, 'file-none')).status).toBe(404)
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
    ] as const)
      expect((await house.call(method, `/v1/batches/${id}${path}`, { key: beta })).status).toBe(404)
    expect((await (await house.call('GET', '/v1/batches', { key: beta })).json()).data).toEqual([])
    expect(house.received.length).toBe(before)
    expect((await start(alpha, id)).status).toBe(404)
  })

  test('runs no file into which nobody has looked', async () => {
    const form = new FormData()
    form.append('purpose', 'user_data')
    form.append('file', new File([line('openai/closed')], 'x.jsonl'))
    const { id } = await (await house.call('POST', '/v1/files', { body: form, key: alpha })).json()
    const response = await house.call('POST', '/v1/batches', { key: alpha, json: { input_file_id: id } })
    expect([response.status, (await response.json()).error.param]).toEqual([400, 'input_file_id'])
  })

  test('is checked anew when it starts', async () => {
    const file = await uploaded(alpha, `${line('openai/gpt-5')}\n${line('openai/brief')}`)
    const start = () => house.call('POST', '/v1/batches', { key: alpha, json: { input_file_id: file.id } })
    expect((await start()).status).toBe(200)
    await house.policy({ source: 'openai/brief', user_paths: ['/beta'], force: true })
    const closed = await start()
    expect([closed.status, (await closed.json()).error.message]).toEqual([
      400,
      expect.stringMatching(/^Line 2: Model/),
    ])
    const moving = await uploaded(alpha, line('smarter'))
    await house.policy({ source: 'smarter', target_model: 'openai/gpt-6', force: true })
    const moved = await house.call('POST', '/v1/batches', { key: alpha, json: { input_file_id: moving.id } })
    expect([moved.status, (await moved.json()).error.message]).toEqual([
      400,
      expect.stringContaining('leads elsewhere'),
    ])
    await house.policy({ source: 'smarter', target_model: 'openai/gpt-5', force: true })
  })

  test('is started once, whatever becomes of it', async () => {
    await using busy = await openHouse({ env: { RETRIES: '2' } })
    openVault(busy)
    const form = new FormData()
    form.append('purpose', 'batch')
    form.append('file', new File([line('openai/gpt-5')], 'x.jsonl'))
    const { id } = await (await busy.call('POST', '/v1/files', { body: form })).json()
    busy.answer(() => Response.json({ error: { message: 'No' } }, { status: 500 }))
    const before = busy.received.length
    expect((await busy.call('POST', '/v1/batches', { json: { input_file_id: id } })).status).toBe(500)
    expect(busy.received.length).toBe(before + 1)
  })
})

describe("a batch of Anthropic's", () => {
  const request = (model: string, custom_id = 'a') => ({
    custom_id,
    params: {
      model,
      max_tokens: 9,
      messages: [{ role: 'user' as const, content: '{"model": "x"}, [1] \\" é' }],
    },
  })

  test('is started, watched, listed, read, cancelled and deleted by the official client', async () => {
    const { batches } = anthropic(alpha).messages
    const batch = await batches.create({ requests: [request('anthropic/claude', '1'), request('wise', '2')] })
    const sent = JSON.parse(last(house).text) as { requests: { params: { model: string } }[] }
    expect(sent.requests.map(({ params }) => params.model)).toEqual(['claude', 'claude-opus'])
    expect(last(house).path).toBe('/v1/messages/batches')
    expect((await batches.retrieve(batch.id)).processing_status).toBe('in_progress')
    expect((await batches.list()).data.map(({ id }) => id)).toEqual([batch.id])
    expect((await batches.cancel(batch.id)).processing_status).toBe('canceling')
    vault.batches.get(batch.id)!.processing_status = 'ended'
    expect((await batches.retrieve(batch.id)).results_url).toBe(`/v1/messages/batches/${batch.id}/results`)
    const results: unknown[] = []
    for await (const result of await batches.results(batch.id)) results.push(result)
    expect(results).toEqual([{ custom_id: 'a', result: { type: 'canceled' } }])
    const other = anthropic(beta).messages.batches
    await expect((async () => other.retrieve(batch.id))()).rejects.toMatchObject({
      status: 404,
      type: 'not_found_error',
    })
    expect((await other.list()).data).toEqual([])
    expect(await batches.delete(batch.id)).toEqual({ id: batch.id, type: 'message_batch_deleted' })
    expect((await batches.list()).data).toEqual([])
  })

  test('keeps every byte but the names', async () => {
    const json = `{ "requests" : [ {"custom_id":"a","params":{"temperature":1.0,"model":"anthropic/c","max_tokens":12345678901234567890,"messages":[]}} ] , "x":1e2}`
    await house.call('POST', '/v1/messages/batches', { key: alpha, json })
    expect(last(house).text).toBe(json.replace('"anthropic/c"', '"c"'))
  })

  test('goes to the provider that its models lead to', async () => {
    const json = { requests: [request('anthropic-eu/claude')] }
    expect((await house.call('POST', '/v1/messages/batches', { key: alpha, json })).status).toBe(200)
    expect(last(house).path).toBe('/eu/messages/batches')
  })

  test.each([
    [{ requests: [request('anthropic/a'), request('anthropic/closed')] }, 'requests[1]'],
    [{ requests: [request('anthropic/a'), request('anthropic-eu/a')] }, 'requests[1]'],
    [{ requests: [request('openai/a')] }, 'no batches of this language'],
    [{ requests: [request('vllm/a')] }, 'requests[0]'],
    [{ requests: [] }, 'no request'],
    [{ requests: {} }, 'must be an array'],
    [{}, 'must be an array'],
    [{ requests: [7] }, 'requests[0]: It must be an object'],
    ['{"requests": [], "Requests": [{"params": {"model": "anthropic/closed"}}]}', 'must be an array'],
    [
      '{"requests": [{"params": {"model": "anthropic/a"}, "Params": {"model": "closed"}}]}',
      'stands there twice',
    ],
    ['{"requests": [{"params": {"model": "anthropic/a", "model": "closed"}}]}', 'stands there twice'],
  ] as const)('is refused with the request that is wrong: %j', async (json, words) => {
    const before = house.received.length
    const response = await house.call('POST', '/v1/messages/batches', { key: alpha, json })
    const body = await response.json()
    expect([response.status, body.type, body.error.type]).toEqual([400, 'error', 'invalid_request_error'])
    expect(body.error.message).toContain(words)
    expect(house.received.length).toBe(before)
  })
})

test('the elements of an array are found in whatever JSON there is', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' ', '\n\t '), (values, space) => {
      const text = `[${space}${values.map(value => JSON.stringify(value, null, space)).join(`${space},${space}`)}${space}]`
      const found = elementsOf(text).map(({ start, end }) => JSON.parse(text.slice(start, end)))
      expect(found).toEqual(JSON.parse(text))
    }),
    { numRuns: 2000 },
  )
})
