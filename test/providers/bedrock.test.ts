import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash, createHmac } from 'node:crypto'
import bedrock from '../../plugins/providers/bedrock/index.ts'
import type { Provider, UpstreamCall } from '../../src/contract/provider.ts'
import { ConfigError } from '../../src/errors.ts'
import { linesOf, options, readStream, recordings } from './recorded.ts'
import { replayStream, type Stub, startStub } from './stub.ts'
import { start } from './vendors.ts'

const keys = {
  BEDROCK_REGION: 'eu-central-1',
  BEDROCK_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  BEDROCK_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
}
const one = async (environment: Record<string, string>): Promise<Provider> =>
  (await start([bedrock], environment))[0]!
const native = async (provider: Provider, given: object = {}): Promise<UpstreamCall> =>
  provider.native!({
    method: 'POST',
    path: '/model/a%3A0/invoke',
    query: '',
    headers: {},
    body: '{}',
    ...given,
  })

/** Signature Version 4 as AWS documents it, written a second time. */
function sign(call: UpstreamCall, secret: string): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const { pathname, host, searchParams } = new URL(call.url)
  const [, date, region, service, signed] =
    /Credential=[^/]+\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+)/.exec(
      call.headers.authorization!,
    )!
  const values: Record<string, string> = { ...call.headers, host }
  const canonical = [
    call.method,
    pathname.split('/').map(encodeURIComponent).join('/'),
    [...searchParams]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&'),
    ...signed!.split(';').map(name => `${name}:${values[name]}`),
    '',
    signed,
    hash((call.body as string | undefined) ?? ''),
  ].join('\n')
  const time = call.headers['x-amz-date']!
  const text = ['AWS4-HMAC-SHA256', time, `${date}/${region}/${service}/aws4_request`, hash(canonical)].join(
    '\n',
  )
  const key = [date!, region!, service!, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return createHmac('sha256', key).update(text).digest('hex')
}

describe('signatures', () => {
  const cases = [
    { body: '{"a":"ü"}' },
    { path: '/model/arn%3Aaws%3Abedrock%3Aeu%2Fx/converse' },
    { path: '/a/b', query: '?z=1&a=b%20c', method: 'GET', body: undefined },
  ]
  test.each(cases)('are those that AWS expects: %j', async given => {
    const sent = await native(await one(keys), given)
    const [, signature] = /Signature=(\w+)$/.exec(sent.headers.authorization!)!
    expect(signature).toBe(sign(sent, keys.BEDROCK_SECRET_ACCESS_KEY))
    expect(sent.headers['x-amz-date']).toBe('20260102T030405Z')
  })

  test('cover the session token, and no header that a proxy may change', async () => {
    const provider = await one({ ...keys, BEDROCK_SESSION_TOKEN: 'token-1' })
    const sent = await native(provider, { headers: { 'x-client': '1', 'content-type': 'application/json' } })
    expect(sent.headers['x-amz-security-token']).toBe('token-1')
    expect(sent.headers.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,')
    expect(sent.headers['x-client']).toBe('1')
  })

  test('are not made of what cannot be read twice', async () => {
    for (const body of [new FormData(), new Blob(['x']).stream()]) {
      const error = await native(await one(keys), { body }).catch(error => error)
      expect(error.code).toBe('unsupported_operation')
    }
  })
})

describe('configuration', () => {
  test('takes the region and a whole pair of keys from AWS, for every instance that names none', async () => {
    const provider = await one({
      BEDROCK_MODELS: 'a',
      AWS_REGION: 'us-gov-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAOTHER',
      AWS_SECRET_ACCESS_KEY: 'other',
      AWS_SESSION_TOKEN: 'token-2',
    })
    expect(provider.baseUrl).toBe('https://bedrock-runtime.us-gov-west-1.amazonaws.com')
    expect((await native(provider)).headers['x-amz-security-token']).toBe('token-2')
  })

  test('never mixes half of one pair with half of another', async () => {
    const { BEDROCK_SECRET_ACCESS_KEY: _, ...half } = keys
    const error = await one({ ...half, AWS_SECRET_ACCESS_KEY: 'other' }).catch(error => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toBe('Cannot set up provider "bedrock": set BEDROCK_SECRET_ACCESS_KEY')
    const whole = await native(await one({ ...keys, AWS_SESSION_TOKEN: 'of-another-pair' }))
    expect(whole.headers).not.toHaveProperty('x-amz-security-token')
  })

  test('has an API key by either name, which wins over keys', async () => {
    const provider = await one({ ...keys, AWS_BEARER_TOKEN_BEDROCK: 'bearer-1' })
    expect((await native(provider)).headers.authorization).toBe('Bearer bearer-1')
  })

  test('an instance does not use the API key of the process', async () => {
    const before = process.env.AWS_BEARER_TOKEN_BEDROCK
    process.env.AWS_BEARER_TOKEN_BEDROCK = 'of-the-process'
    const stub = startStub(() => ({ body: '{}' }))
    try {
      const environment = { ...keys, BEDROCK_BASE_URL: stub.url }
      const [provider] = await start([bedrock], environment, { fetch: (url, init) => fetch(url, init) })
      const model = await provider!.offers!.language!('m')
      await Promise.resolve(model.doGenerate(options)).catch(() => {})
      expect(stub.received[0]?.headers.get('authorization')).toStartWith('AWS4-HMAC-SHA256 ')
    } finally {
      stub.stop()
      if (before === undefined) delete process.env.AWS_BEARER_TOKEN_BEDROCK
      else process.env.AWS_BEARER_TOKEN_BEDROCK = before
    }
  })

  test.each([
    [
      { BEDROCK_REGION: 'eu-central-1' },
      'set BEDROCK_API_KEY, or BEDROCK_ACCESS_KEY_ID and BEDROCK_SECRET_ACCESS_KEY',
    ],
    [{ BEDROCK_API_KEY: 'k' }, 'set BEDROCK_REGION'],
    [
      { BEDROCK_BASE_URL: 'http://proxy', BEDROCK_ACCESS_KEY_ID: 'a', BEDROCK_SECRET_ACCESS_KEY: 'b' },
      'set BEDROCK_REGION',
    ],
  ] as const)('of %j is half', async (environment, message) => {
    const error = await one(environment as Record<string, string>).catch(error => error)
    expect(error.message).toBe(`Cannot set up provider "bedrock": ${message}`)
  })

  test.each(['eu-central-1.evil.example', 'eu-central-1/', 'evil.example#', '@evil', 'EU-CENTRAL-1', 'x'])(
    'refuses the region %j',
    async region => {
      const error = await one({ BEDROCK_API_KEY: 'k', BEDROCK_REGION: region }).catch(error => error)
      expect(error.message).toBe('Cannot use BEDROCK_REGION: expected a region such as eu-central-1')
    },
  )

  test.each([
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-iso-east-1', 'c2s.ic.gov'],
    ['us-isob-east-1', 'sc2s.sgov.gov'],
    ['eusc-de-east-1', 'amazonaws.eu'],
    ['ap-southeast-2', 'amazonaws.com'],
  ])('knows the hosts of %s', async (region, domain) => {
    const { baseUrl, origins } = await one({ BEDROCK_API_KEY: 'k', BEDROCK_REGION: region })
    expect([baseUrl, ...origins!]).toEqual([
      `https://bedrock-runtime.${region}.${domain}`,
      `https://bedrock-agent-runtime.${region}.${domain}`,
      `https://bedrock.${region}.${domain}`,
    ])
  })

  test('finds the other hosts beside the runtime that an operator names', async () => {
    const url = 'https://bedrock-runtime-fips.us-east-1.amazonaws.com'
    const { origins } = await one({ BEDROCK_API_KEY: 'k', BEDROCK_BASE_URL: url })
    expect(origins).toEqual([
      'https://bedrock-agent-runtime-fips.us-east-1.amazonaws.com',
      'https://bedrock-fips.us-east-1.amazonaws.com',
    ])
  })
})

test('the list of models has those of makers that can be called, and profiles, on all pages', async () => {
  const { models } = await one(keys)
  const asked: string[] = []
  const found = await models!(async (url, headers) => {
    asked.push(url)
    expect(headers.authorization).toStartWith('AWS4-HMAC-SHA256 ')
    if (url.includes('foundation')) {
      const [types, none] = [['ON_DEMAND'], ['PROVISIONED']]
      return {
        modelSummaries: [
          { modelId: 'amazon.nova-pro-v1:0', providerName: 'Amazon', inferenceTypesSupported: types },
          { modelId: 'amazon.nova-pro-v1:0:24k', providerName: 'Amazon', inferenceTypesSupported: none },
        ],
      }
    }
    const isFirst = !url.includes('nextToken')
    const kind = new URL(url).searchParams.get('type') === 'APPLICATION' ? 'application' : 'us'
    return {
      inferenceProfileSummaries: [
        {
          inferenceProfileId: `${kind}.claude-${isFirst ? 1 : 2}`,
          inferenceProfileArn: `arn:aws:bedrock:eu-central-1:1:application-inference-profile/${isFirst ? 1 : 2}`,
          status: 'ACTIVE',
        },
        { inferenceProfileId: 'gone', inferenceProfileArn: 'arn:gone', status: 'DELETED' },
      ],
      ...(isFirst && { nextToken: 'a/b+c=' }),
    }
  })
  expect(found.map(({ id }) => id)).toEqual([
    'amazon.nova-pro-v1:0',
    'us.claude-1',
    'us.claude-2',
    'arn:aws:bedrock:eu-central-1:1:application-inference-profile/1',
    'arn:aws:bedrock:eu-central-1:1:application-inference-profile/2',
  ])
  expect(asked.filter(url => url.includes('nextToken=a%2Fb%2Bc%3D'))).toHaveLength(2)
})

describe('the binary event stream', () => {
  let stub: Stub
  beforeAll(() => {
    stub = startStub(() => ({ body: '{}' }))
  })
  afterAll(() => stub.stop())
  const read = async () => {
    const environment = { ...keys, BEDROCK_BASE_URL: stub.url }
    const [provider] = await start([bedrock], environment, { fetch: (url, init) => fetch(url, init) })
    const model = await provider!.offers!.language!('us.anthropic.claude:0')
    return readStream((await model.doStream(options)).stream)
  }

  test('says the same however it is cut', async () => {
    const [, text = ''] =
      recordings('amazon-bedrock', '.chunks.txt').find(([name]) => /reasoning/.test(name)) ?? []
    if (text === '') return
    const { body, contentType } = replayStream('amazon-bedrock', linesOf(text))
    stub.reply = () => ({ contentType: contentType!, body })
    const whole = await read()
    expect(whole.text).not.toBe('')
    const bytes = body as Uint8Array<ArrayBuffer>
    for (const size of [1, 7, 64, 1000]) {
      const cut = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
          controller.close()
        },
      })
      const headers = { 'content-type': contentType! }
      const [provider] = await start([bedrock], keys, { fetch: async () => new Response(cut, { headers }) })
      const model = await provider!.offers!.language!('m')
      expect(await readStream((await model.doStream(options)).stream)).toEqual(whole)
    }
  })

  test('tells errors inside it', async () => {
    stub.reply = () =>
      replayStream('amazon-bedrock', [
        '{"messageStart":{"role":"assistant"}}',
        '{"throttlingException":{"message":"Too many tokens"}}',
      ])
    expect(JSON.stringify(await read().catch(error => error))).toContain('Too many tokens')
  })

  test('escapes ids of models in addresses', async () => {
    const { path } = stub.received.at(-1)!
    expect(path).toBe('/model/us.anthropic.claude%3A0/converse-stream')
  })
})
