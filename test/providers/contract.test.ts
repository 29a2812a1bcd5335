import { describe, expect, test } from 'bun:test'
import type { CallFacts, Provider, UpstreamCall } from '../../src/contract/provider.ts'
import { ConfigError } from '../../src/errors.ts'
import { start, type Way, ways } from './vendors.ts'

const SECRET = 'sk-secret-0123456789'
const CALLER = 'of-the-caller'

/** Whatever a client might try to prove itself with. */
const stolen = {
  authorization: `Bearer ${CALLER}`,
  Authorization: CALLER,
  'x-api-key': CALLER,
  'api-key': CALLER,
  'x-goog-api-key': CALLER,
  'xi-api-key': CALLER,
  'proxy-authorization': CALLER,
  cookie: CALLER,
}

/** What vendors call the list in their list of models. */
const listFields = 'data models modelSummaries inferenceProfileSummaries result stt tts'.split(' ')

/** A token endpoint for those that buy one. */
const rim = {
  fetch: async () => Response.json({ access_token: 'ya29.token', expires_in: 3600 }),
}

const two = ({ plugin, environment }: Way) =>
  start(
    [plugin],
    { ...environment({ secret: SECRET }), ...environment({ suffix: '_EAST', secret: `${SECRET}-east` }) },
    rim,
  )

const call = async (provider: Provider, given: Partial<CallFacts> = {}): Promise<UpstreamCall> => {
  const [dialect = ''] = provider.wires
  const facts: CallFacts = { dialect, model: 'm', body: '{"model":"m"}', headers: {}, stream: false }
  return (await provider.call({ ...facts, ...given }, new AbortController().signal)) as UpstreamCall
}

const native = async (provider: Provider, headers: Record<string, string> = {}): Promise<UpstreamCall> =>
  provider.native!({ method: 'POST', path: '/some/path', query: '?q=%2F', headers, body: '{"a":1}' })

const values = ({ headers }: UpstreamCall): string => Object.values(headers).join('\n')

describe.each(ways.map(way => [way.name, way] as const))('%s', (_, way) => {
  test('makes two instances of two sets of variables', async () => {
    const { name } = way.plugin
    expect((await two(way)).map(provider => [provider.name, provider.type])).toEqual([
      [name, name],
      [`${name}-east`, name],
    ])
  })

  test('says that half of an instance is missing in one line that names the variables', async () => {
    const { prefix } = way
    const error = await start([way.plugin], { [`${prefix}_EU_MODELS`]: 'a' }).catch(error => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.problems).toHaveLength(1)
    expect(error.message).toMatch(
      new RegExp(`^Cannot set up provider "${way.plugin.name}-eu": set ${prefix}_EU_[A-Z_]+`),
    )
  })

  test('keeps its secret out of whatever is printed', async () => {
    for (const provider of await two(way)) {
      const printed = [
        JSON.stringify(provider),
        Bun.inspect(provider, { depth: 10 }),
        String(provider),
        JSON.stringify(Object.values(provider)),
      ]
      expect(printed.join()).not.toContain(SECRET)
      expect(provider.baseUrl).toMatch(/^https?:\/\/[^/@?#]+(?:\/[^@?#]*[^/])?$/)
    }
  })

  test('cannot be changed', async () => {
    for (const provider of await two(way)) expect(Object.isFrozen(provider)).toBe(true)
  })

  test('sends bytes of every language it speaks to its own address, untouched, with its own secret', async () => {
    for (const [i, provider] of (await two(way)).entries()) {
      for (const dialect of provider.wires) {
        const body = '{"model":"m", "big": 12345678901234567890}'
        const sent = await call(provider, { dialect, body, headers: { 'x-passed': '1', ...stolen } })
        expect(new URL(sent.url).origin).toBe(new URL(provider.baseUrl!).origin)
        expect(sent.body).toBe(body)
        expect(sent.headers['x-passed']).toBe('1')
        expect(sent.headers['content-type']).toBe('application/json')
        expect(sent.headers['accept-encoding']).toBe('identity')
        expect(values(sent)).not.toContain(CALLER)
        const secret = i === 0 ? SECRET : `${SECRET}-east`
        if (way.header !== undefined)
          expect(sent.headers[way.header]?.replace(/^(?:Bearer|Token) /, '')).toBe(secret)
      }
    }
  })

  test('leaves the content type of a form to whoever writes it', async () => {
    for (const provider of await two(way)) {
      if (!provider.wires.has('openai-transcriptions')) continue
      const sent = await call(provider, { dialect: 'openai-transcriptions', body: new FormData() })
      expect(sent.headers).not.toHaveProperty('content-type')
    }
  })

  test('calls in its own language stay below its base URL and carry no credentials of a caller', async () => {
    for (const provider of await two(way)) {
      const sent = await native(provider, { 'x-passed': '1', ...stolen })
      expect(sent).toMatchObject({
        url: `${provider.baseUrl}/some/path?q=%2F`,
        method: 'POST',
        body: '{"a":1}',
      })
      expect(sent.headers['x-passed']).toBe('1')
      expect(values(sent)).not.toContain(CALLER)
    }
  })

  test('gives each call headers of its own', async () => {
    for (const provider of await two(way)) {
      const before = { ...(await native(provider)).headers }
      const first = (await native(provider)).headers as Record<string, string>
      for (const name of Object.keys(first)) first[name] = 'changed'
      expect((await native(provider)).headers).toEqual(before)
    }
  })

  test('refuses a language that it does not speak', async () => {
    for (const provider of await two(way)) {
      const error = await call(provider, { dialect: 'klingon' }).catch(error => error)
      expect(error.message).toBe(`Provider "${provider.name}" does not speak "klingon"`)
    }
  })

  test.each([
    ['null', null],
    ['text', 'models'],
    ['no list', {}],
    ['a number for a list', Object.fromEntries(listFields.map(field => [field, 7]))],
  ])('fails plainly when its list of models is %s', async (_, json) => {
    for (const { name, models } of await two(way)) {
      const error = await models?.(async () => json).catch((error: Error) => error)
      // Vendors that cannot be asked have no list, or bring one.
      if (models === undefined || /^(?:ai21|assemblyai|perplexity|upstage)/.test(name)) continue
      expect(error).toBeInstanceOf(Error)
      expect((error as Error).message).toStartWith(`Provider "${name}" listed its models in an unknown shape`)
    }
  })

  test('asks for its models at its own origins, with its own secret, and drops entries without an id', async () => {
    const odd = [
      null,
      {},
      { id: 5 },
      { name: '' },
      { modelId: 'a\nb', inferenceTypesSupported: ['ON_DEMAND'] },
    ]
    for (const { models, baseUrl, origins = [] } of await two(way)) {
      const asked: string[] = []
      const found = await models?.(async (url, headers) => {
        asked.push(new URL(url).origin)
        expect(Object.keys(headers).length).toBeGreaterThan(0)
        return Object.fromEntries(listFields.map(field => [field, odd]))
      })
      for (const origin of asked) expect([new URL(baseUrl!).origin, ...origins]).toContain(origin)
      if (asked.length > 0) expect(found).toEqual([])
    }
  })

  test('refuses secrets that break a header, without repeating them', async () => {
    if (way.header === undefined) return
    for (const secret of [`${SECRET}\r\nx-admin: 1`, `Bearer ${SECRET}`, `${SECRET}\u0000`]) {
      const error = await start([way.plugin], way.environment({ secret })).catch(error => error)
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).not.toContain(SECRET)
      expect(error.message).not.toContain('\n')
    }
  })

  test('has a sentence about itself', () => {
    expect(way.plugin.about).toMatch(/^[A-Z].+\.$/)
  })
})
