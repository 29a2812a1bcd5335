import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { type Call, type House, last, openHouse } from './kit.ts'
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
      GEMINI_BASE_URL: '$/v1beta',
      MISTRAL_BASE_URL: '$/v1',
      COHERE_BASE_URL: '$',
      AZURE_BASE_URL: '$/openai',
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

  test.each([
    { models: ['gpt-5-pro'] },
    { fallbacks: [{ model: 'gpt-5-pro' }] },
    { extra_body: { model: 'gpt-5-pro' } },
  ])('names no models beside its own, which nobody would check: %p', async more => {
    expect(await send(alpha, line({}), line(more))).toStartWith('Line 2: models beside its own')
    expect(await send(MASTER, line(more))).toBe('passed')
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
  expect(await send(alpha, request({ models: ['other'] }))).toStartWith(
    '400 requests[0]: models beside its own',
  )
  expect(await send(beta, request({}), named)).toBe(`404 file_id: requests[1]: There is no file "${file}"`)
  expect(await send(beta, request({}), request({ conversation: 'conv_1' }))).toStartWith(
    '400 requests[1]: "conversation" cannot stand',
  )
  expect(await send(alpha, request({}), named)).toBe('passed')
})

describe('through a provider in its own language', () => {
  beforeEach(() => house.answer(() => Response.json({ ok: true })))

  test.each([
    'gemini/v1beta/files',
    'gemini/files/abc',
    'gemini/files:register',
    'gemini/batches',
    'gemini/batches/1:cancel',
    'gemini/v1beta/cachedContents',
    'gemini/upload/v1beta/files',
    'gemini/v1beta/openai/files',
    'gemini/openai/batches',
    'gemini/models/g:batchGenerateContent',
    'mistral/v1/batch/jobs',
    'mistral/batch/jobs/1',
    'mistral/v1/files',
    'openai/v1/files/x/content',
    'openai/%46iles',
    'openai//v1//files/',
    'openai/v1;x/files;y/z',
    'openai/a%2Ffiles',
    'cohere/v2/batches',
  ])('files and batches of the account are for operators only: %s', async path => {
    const json = { input_files: [file] }
    for (const method of ['GET', 'POST', 'DELETE']) {
      const init = method === 'POST' ? { json } : {}
      expect(await ask(alpha, method, `/p/${path}`, init)).toStartWith('403 Files and batches are kept apart')
      expect(await ask(MASTER, method, `/p/${path}`, init)).toBe('passed')
    }
  })

  test.each([
    'azure/deployments/batch/chat/completions',
    'gemini/models/g:batchEmbedContents',
    'openai/containers/c1/files',
    'openai/vector_stores/v1/files',
    'openai/profiles',
  ])('what only sounds like them is passed on: %s', async path => {
    expect(await ask(alpha, 'POST', `/p/${path}`, { json: {} })).toBe('passed')
  })

  test('files of somebody else are not named, whatever the field and however it is spelled', async () => {
    for (const field of ['file_id', 'FILE_ID', 'input_files', 'training_files', 'Validation_File']) {
      const named = { json: { [field]: field.endsWith('s') ? [file] : file } }
      expect(await ask(beta, 'POST', '/p/mistral/v1/things', named)).toBe(`404 There is no file "${file}"`)
      expect(await ask(alpha, 'POST', '/p/mistral/v1/things', named)).toBe('passed')
    }
  })

  test('a field of any name takes no time to be looked at', async () => {
    const began = performance.now()
    const json = { file_id: file, [`${'['.repeat(60_000)}\n`]: 1 }
    expect(await ask(alpha, 'POST', '/p/mistral/v1/things', { json })).toBe('passed')
    expect(performance.now() - began).toBeLessThan(500)
  })

  test.each([
    ['GET', 'openai/v1/responses'],
    ['GET', 'openai/v1/responses/resp_1'],
    ['HEAD', 'openai/v1/responses/resp_1'],
    ['DELETE', 'openai/responses/resp_1'],
    ['POST', 'openai/v1/responses/resp_1/cancel'],
    ['POST', 'openai/v1/responses/compact/cancel'],
    ['GET', 'openai/v1/responses/resp_1/input_items'],
    ['GET', 'openai/v1/%72esponses//resp_1'],
    ['GET', 'azure/v1/Responses/resp_1'],
    ['GET', 'openai/v1/chat/completions'],
    ['GET', 'openai/v1/chat/completions/'],
    ['POST', 'openai/v1/chat/completions/chat_1'],
    ['GET', 'openai/v1/chat%2Fcompletions/chat_1/messages'],
    ['GET', 'gemini/v1beta/openai/chat/completions'],
    ['POST', 'openai/v1/conversations'],
    ['GET', 'mistral/v1/conversations/conv_1'],
  ])('answers that the account keeps are for operators only: %s %s', async (method, path) => {
    const init = method === 'POST' ? { json: {} } : {}
    expect(await ask(alpha, method, `/p/${path}`, init)).toMatch(
      method === 'HEAD' ? /^403/ : /^403 Answers, stored chats .* use \/v1\/responses$/,
    )
    expect(await ask(MASTER, method, `/p/${path}`, init)).toBe('passed')
  })

  test.each([
    'openai/v1/realtime/client_secrets',
    'openai/realtime/sessions',
    'openai/v1/realtime/%74ranscription_sessions',
    'openai/v1/realtime/translations/client_secrets',
    'azure/v1/Realtime/calls',
    'openai/v1/realtime/calls/rtc_1/accept',
  ])('a key to the provider, or a conversation beside the gateway, is for operators only: %s', async path => {
    const init = { json: { session: { type: 'realtime', model: 'gpt-realtime' } } }
    expect(await ask(alpha, 'POST', `/p/${path}`, init)).toMatch(
      /^403 .* open a WebSocket at \/v1\/realtime$/,
    )
    expect(await ask(MASTER, 'POST', `/p/${path}`, init)).toBe('passed')
  })

  test.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: { id: 'conv_1' } }],
    ['item_reference', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
  ])('a new answer does not go on with one that the account keeps: %s', async (field, more) => {
    for (const path of ['openai/v1/responses', 'azure/responses', 'openai/responses/compact']) {
      const init = { json: { model: 'gpt-5', input: 'Hi', ...more } }
      expect(await ask(alpha, 'POST', `/p/${path}`, init)).toStartWith(`403 "${field}": Answers`)
      expect(await ask(MASTER, 'POST', `/p/${path}`, init)).toBe('passed')
    }
  })

  test('new answers and chats that stand on their own are made', async () => {
    const json = { model: 'gpt-5', input: 'Hi', previous_response_id: null }
    for (const path of ['openai/v1/responses', 'openai/responses/', 'openai/v1/responses/input_tokens'])
      expect(await ask(alpha, 'POST', `/p/${path}`, { json })).toBe('passed')
    const chat = { json: { model: 'gpt-5', messages: [], conversation: 'mine' } }
    expect(await ask(alpha, 'POST', '/p/openai/v1/chat/completions', chat)).toBe('passed')
  })
})

describe('a file of somebody else is found', () => {
  beforeEach(() => house.answer(() => Response.json({ ok: true })))

  const form = (fields: Record<string, string | File>) => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(name, value as string)
    return { body }
  }
  const text = (body: string, type = 'text/plain') => ({ body, headers: { 'content-type': type } })
  const small = () => new File(['x'], 'x.bin')
  const large = () => new File([new Uint8Array(200_000)], 'x.bin')

  test.each<readonly [string, string | (() => string), () => Call]>([
    ['a form', 'containers/c1/files', () => form({ file_id: file })],
    ['a form, in a list', 'things', () => form({ 'file_ids[]': file })],
    ['a form, as JSON', 'things', () => form({ tools: JSON.stringify([{ file_ids: [file] }]) })],
    ['a form, behind a small file', 'things', () => form({ file: small(), file_id: file })],
    ['a form, in front of a large file', 'things', () => form({ file_id: file, file: large() })],
    [
      'a form, behind a long text',
      'things',
      () => form({ a: 'x'.repeat(200_000), file_id: file, file: large() }),
    ],
    ['a form, behind a large file', 'containers/c1/files', () => form({ file: large(), file_id: file })],
    ['a form of a language that we know', 'images/edits', () => form({ model: 'm', 'file_ids[]': file })],
    ['an encoded form', 'things', () => ({ body: new URLSearchParams({ file_id: file }) })],
    ['a text', 'things', () => text(`{"file_id": "${file}"}`)],
    ['a text behind white space', 'things', () => text(`${' '.repeat(100_000)}\n[{"file_id": "${file}"}]`)],
    [
      'a text behind a mark',
      'things',
      () => text(`\ufeff{"file_id": "${file}"}`, 'application/octet-stream'),
    ],
    [
      'a text that calls itself a form',
      'things',
      () => text(`{"file_id": "${file}"}`, 'multipart/form-data; boundary=B'),
    ],
    [
      'a text that calls itself an encoded form',
      'things',
      () => text(`{"file_id": "${file}"}`, 'application/x-www-form-urlencoded'),
    ],
    ['a list', 'things', () => ({ json: [{ input: [{ file_id: file }] }] })],
    ['a source', 'evals', () => ({ json: { source: { type: 'file_id', id: file } } })],
    ['a source, the other way round', 'evals', () => ({ json: { source: { id: file, Type: 'file_id' } } })],
    ['the path', () => `vector_stores/v1/files/${file}/content`, () => ({})],
    ['the query', () => `things?file=${file}`, () => ({})],
  ])('in %s', async (_, path, init) => {
    const to = `/p/openai/v1/${typeof path === 'string' ? path : path()}`
    expect(await ask(beta, 'POST', to, init())).toBe(`404 There is no file "${file}"`)
    for (const key of [alpha, MASTER]) expect(await ask(key, 'POST', to, init())).toBe('passed')
  })

  test('where the field stands twice', async () => {
    for (const twice of [
      `"file_id": "${file}", "file_id": "x"`,
      `"file_ids": ["a", "${file}"], "file_ids": []`,
    ])
      for (const path of ['/p/openai/v1/things', '/v1/chat/completions']) {
        const json = `{"model": "openai/m", "messages": [], "x": {${twice}}}`
        expect(await ask(beta, 'POST', path, { json })).toBe(`404 There is no file "${file}"`)
        expect(await ask(alpha, 'POST', path, { json })).toBe('passed')
      }
  })

  test('or what hides it is refused', async () => {
    const hidden: readonly (readonly [string, Call])[] = [
      ['containers/c1/files', text('file', 'application/octet-stream')],
      ['containers/c1/files', form({ file: new File([new Uint8Array(11_000_000)], 'x'), file_id: file })],
      ['things', text('{"file_id": "x", "n": NaN}')],
      [
        'things',
        { body: Bun.gzipSync('{}'), headers: { 'content-encoding': 'gzip', 'content-type': 'x/y' } },
      ],
      ['things', { body: Buffer.from('{"file_id": "x"}', 'utf16le'), headers: { 'content-type': 'x/y' } }],
    ]
    for (const [path, init] of hidden) {
      expect([path, await ask(beta, 'POST', `/p/openai/v1/${path}`, init)]).toEqual([
        path,
        expect.stringMatching(/^4(?:00|13) /),
      ])
      expect([path, await ask(MASTER, 'POST', `/p/openai/v1/${path}`, init)]).toEqual([path, 'passed'])
    }
  })

  test('and all other bytes pass as they are', async () => {
    const bodies = ['[1, 2.0]', ' {"a": 1e2}', 'plain', '--x\r\n\r\nfile\r\n--x--', '\0\0\0\x20ftyp']
    for (const body of bodies) {
      expect(await ask(beta, 'POST', '/p/openai/v1/things', text(body))).toBe('passed')
      expect(last(house).text).toBe(body)
    }
  })

  test('while uploads flow: a form goes on before its end is here', async () => {
    const rest = Promise.withResolvers<void>()
    const head = `--B\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n${'x'.repeat(100_000)}`
    const tail = '\r\n--B--\r\n'
    let isOpen = true
    house.answer(async () => Response.json({ isOpen }))
    const encoder = new TextEncoder()
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(encoder.encode(head))
        await rest.promise
        isOpen = false
        controller.enqueue(encoder.encode(tail))
        controller.close()
      },
    })
    const response = house.call('POST', '/p/openai/v1/things', {
      key: beta,
      body: body as unknown as BodyInit,
      headers: { 'content-type': 'multipart/form-data; boundary=B', 'x-test-unread': '1' },
    })
    await Promise.race([response, Bun.sleep(500)])
    rest.resolve()
    expect(await (await response).json()).toEqual({ isOpen: true })
  })
})

describe('what was made through a redirect', () => {
  let key: string
  beforeAll(async () => {
    for (const model of ['openai/hidden', 'anthropic/hidden'])
      await house.policy({ source: model, reach: 'redirect', force: true })
    await house.policy({ source: 'fast', target_model: 'openai/hidden', force: true })
    await house.policy({ source: 'wise', target_model: 'anthropic/hidden', force: true })
    key = await house.key({ user_path: '/gamma', allowed_models: ['fast', 'wise'] })
  })
  const status = async (method: string, path: string, init: Call = {}) => {
    const response = await house.call(method, path, { key, ...init })
    await response.text()
    return response.status
  }

  test('is for those to whom only the redirect is open: a file and its batch', async () => {
    const { id } = await upload(key, line({ model: 'fast' }), 'batch')
    expect(last(house).text).toContain('"hidden"')
    expect(house.settled.at(-1)).toMatchObject({ asked: 'fast', model: 'hidden', status: 200 })
    const started = await house.call('POST', '/v1/batches', { key, json: { input_file_id: id } })
    const batch = (await started.json()).id
    expect([started.status, house.settled.at(-1)!.asked]).toEqual([200, 'fast'])
    const told = [
      await status('GET', `/v1/files/${id}`),
      await status('GET', `/v1/files/${id}/content`),
      await status('GET', `/v1/batches/${batch}`),
      await status('GET', '/v1/batches'),
      await status('POST', `/v1/batches/${batch}/cancel`),
      await status('DELETE', `/v1/files/${id}`),
    ]
    expect(told).toEqual([200, 200, 200, 200, 200, 200])
    expect((await upload(key, line({ model: 'openai/hidden' }), 'batch')).error.message).toStartWith(
      'Line 1: ',
    )
  })

  test('is for those to whom only the redirect is open: a batch of messages', async () => {
    const json = { requests: [{ custom_id: 'a', params: { model: 'wise', max_tokens: 1, messages: [] } }] }
    const started = await house.call('POST', '/v1/messages/batches', { key, json })
    const { id } = await started.json()
    expect([started.status, house.settled.at(-1)!.asked]).toEqual([200, 'wise'])
    const path = `/v1/messages/batches/${id}`
    const told = [
      await status('GET', path),
      await status('GET', `${path}/results`),
      await status('POST', `${path}/cancel`),
      await status('DELETE', path),
    ]
    expect(told).toEqual([200, 200, 200, 200])
  })

  test('P8 is closed with its model, for its owner too', async () => {
    await house.policy({ source: 'openai/brief', force: true, user_paths: ['/alpha'] })
    const { id } = await upload(alpha, line({ model: 'openai/brief' }), 'batch')
    await house.policy({ source: 'openai/brief', force: true, user_paths: ['/beta'] })
    const start = await house.call('POST', '/v1/batches', { key: alpha, json: { input_file_id: id } })
    expect(start.status).toBe(400)
    expect(await status('GET', `/v1/files/${id}`, { key: alpha })).toBe(403)
    expect(await status('DELETE', `/v1/files/${id}`, { key: beta })).toBe(404)
  })
})
