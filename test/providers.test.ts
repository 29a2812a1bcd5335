import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { providers } from '../plugins/providers/index.ts'
import type { Plugin } from '../src/contract/plugin.ts'
import type { CallFacts, Provider, UpstreamCall } from '../src/contract/provider.ts'
import { ConfigError } from '../src/errors.ts'
import { assemble } from '../src/registry.ts'
import { discoverInstances } from '../src/vendors/instances.ts'
import { type OpenAICompatible, openaiCompatible } from '../src/vendors/openai-compatible.ts'
import { readPluginSettings } from './plugin-settings.ts'

const KEY = 'sk-secret-0123456789'
const acme: OpenAICompatible = {
  name: 'acme',
  about: 'Models of Acme.',
  baseUrl: 'https://api.acme.example/v1',
}

const host = { site: {} } as never

/** The providers that these plugins make of an environment, as at the start of the gateway. */
async function start(
  plugins: readonly Plugin[],
  environment: Record<string, string>,
): Promise<ReadonlyMap<string, Provider>> {
  const house = await assemble(plugins, readPluginSettings(plugins, environment), () => host)
  return house.providers.all()
}

async function one(declared: OpenAICompatible, environment: Record<string, string>): Promise<Provider> {
  const [provider] = (await start([openaiCompatible(declared)], environment)).values()
  return provider!
}

const facts: CallFacts = {
  dialect: 'openai-chat',
  model: 'm',
  body: '{"model":"m"}',
  headers: {},
  stream: false,
}
const call = async (provider: Provider, given: Partial<CallFacts> = {}) =>
  (await provider.call({ ...facts, ...given }, new AbortController().signal)) as UpstreamCall
const failure = async (run: () => unknown): Promise<Error> => {
  try {
    await run()
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a failure')
}

describe('discoverInstances()', () => {
  const discover = (environment: Record<string, string>, declared = acme) =>
    discoverInstances(declared, environment)

  test('names the instance without a suffix like the type', () => {
    expect(discover({ ACME_API_KEY: KEY })).toEqual({ acme: { apiKey: KEY } })
  })

  test('makes an instance of every suffix, in alphabetical order', () => {
    const found = discover({
      ACME_WEST_2_BASE_URL: 'http://west/',
      ACME_EAST_API_KEY: KEY,
      ACME_MODELS: 'a',
      ACME_API_KEY: KEY,
    })
    expect(Object.entries(found)).toEqual([
      ['acme', { apiKey: KEY, models: ['a'] }],
      ['acme-east', { apiKey: KEY }],
      ['acme-west-2', { baseUrl: 'http://west' }],
    ])
  })

  test('reads a list of models with blanks dropped', () => {
    expect(discover({ ACME_API_KEY: KEY, ACME_MODELS: ' a/b , ,c,' }).acme?.models).toEqual(['a/b', 'c'])
  })

  test('counts blank values as unset', () => {
    expect(discover({ ACME_API_KEY: '', ACME_BASE_URL: '  ', ACME_MODELS: ' , ' })).toEqual({})
  })

  test('trims a key, so that the line break of a secret file does no harm', () => {
    expect(discover({ ACME_API_KEY: ` ${KEY}\n` }).acme?.apiKey).toBe(KEY)
  })

  test('leaves variables of other vendors and other purposes alone', () => {
    const others = {
      ACMEX_API_KEY: KEY,
      ACME_API_KEY_FILE: '/run/key',
      ACME_HOST: 'x',
      ACME__API_KEY: KEY,
      API_KEY: KEY,
      ACME_API_KEY_2: KEY,
    }
    expect(discover({ ...others, MY_ACME_API_KEY: KEY, ACME_east_API_KEY: KEY })).toEqual({})
  })

  test('understands a suffix that looks like a setting', () => {
    expect(discover({ ACME_MODELS_API_KEY: KEY })).toEqual({ 'acme-models': { apiKey: KEY } })
  })

  test('writes a name with hyphens with underscores in variables, and takes another prefix', () => {
    expect(Object.keys(discover({ MY_ACME_EU_API_KEY: KEY }, { ...acme, name: 'my-acme' }))).toEqual([
      'my-acme-eu',
    ])
    expect(Object.keys(discover({ ACM_API_KEY: KEY }, { ...acme, env: 'ACM' }))).toEqual(['acme'])
  })

  test('normalises a base URL', () => {
    const url = (value: string, declared = acme) => discover({ ACME_BASE_URL: value }, declared).acme?.baseUrl
    expect(url('https://X.example/v1///')).toBe('https://x.example/v1')
    expect(url('http://[::1]:8000')).toBe('http://[::1]:8000')
    expect(url('http://gpu:8000/', { ...acme, path: '/v1' })).toBe('http://gpu:8000/v1')
    expect(url('http://gpu:8000/api', { ...acme, path: '/v1' })).toBe('http://gpu:8000/api')
  })

  test.each([
    ['ACME_BASE_URL', 'api.acme.example'],
    ['ACME_BASE_URL', 'ftp://acme.example'],
    ['ACME_BASE_URL', 'file:///etc/passwd'],
    ['ACME_BASE_URL', 'https://user:hunter2@acme.example'],
    ['ACME_BASE_URL', 'https://acme.example/v1?key=hunter2'],
    ['ACME_BASE_URL', 'https://acme.example/v1#x'],
    ['ACME_BASE_URL', 'https://acme.example/a b'],
    ['ACME_BASE_URL', 'https:\\\\acme.example'],
    ['ACME_BASE_URL', 'https://acme.example/v1/chat/completions'],
    ['ACME_EAST_BASE_URL', 'sk-hunter2'],
    ['ACME_API_KEY', 'sk-hunter2\r\nx-admin: 1'],
    ['ACME_API_KEY', 'Bearer sk-hunter2'],
    ['ACME_API_KEY', 'sk-hunter2\u0000'],
    ['ACME_API_KEY', '„sk-hunter2“'],
    ['ACME_MODELS', 'a,hunter2\u0007'],
  ])('stops the start with one line that names %s and does not repeat %j', async (variable, value) => {
    const error = await failure(() => discover({ ACME_API_KEY: KEY, [variable]: value }))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toStartWith(`Cannot use ${variable}: expected `)
    expect(error.message).not.toContain('hunter2')
    expect(error.message).not.toContain(KEY)
    expect(error.message).not.toContain('\n')
  })

  test('never throws anything but a ConfigError, and finds the same again in what it found', () => {
    const names = fc.constantFrom(
      'ACME_API_KEY',
      'ACME_BASE_URL',
      'ACME_MODELS',
      'ACME_A_API_KEY',
      'ACME_A_B_BASE_URL',
    )
    const values = fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.dictionary(names, values), environment => {
        try {
          for (const [name, { baseUrl }] of Object.entries(discover(environment))) {
            const again = baseUrl === undefined ? {} : discover({ ACME_BASE_URL: baseUrl })
            if (baseUrl !== undefined) expect(again.acme?.baseUrl).toBe(baseUrl)
            expect(name).toMatch(/^acme(-[a-z0-9]+)*$/)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
    )
  })
})

describe('openaiCompatible()', () => {
  test.each([
    [acme, { ACME_MODELS: 'a' }, 'Cannot set up provider "acme": set ACME_API_KEY or ACME_BASE_URL'],
    [
      acme,
      { ACME_EU_1_MODELS: 'a' },
      'Cannot set up provider "acme-eu-1": set ACME_EU_1_API_KEY or ACME_EU_1_BASE_URL',
    ],
    [{ name: 'acme', about: '' }, { ACME_API_KEY: KEY }, 'Cannot set up provider "acme": set ACME_BASE_URL'],
  ] as const)(
    'stops the start when half of an instance is missing: %#',
    async (declared, environment, message) => {
      const error = await failure(() => one(declared, environment))
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).toBe(message)
    },
  )

  test('needs no key where an operator gives the address', async () => {
    const provider = await one(acme, { ACME_BASE_URL: 'http://gpu:8000/v1' })
    expect(await call(provider)).toEqual({
      url: 'http://gpu:8000/v1/chat/completions',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
      body: facts.body,
    })
  })

  test('keeps two vendors apart whose names begin alike', async () => {
    const environment = { OPENAI_API_KEY: KEY, OPENROUTER_API_KEY: KEY, OPENAI_EAST_API_KEY: KEY }
    expect([...(await start(providers, environment)).keys()]).toEqual(['openai', 'openai-east', 'openrouter'])
  })

  test('passes the headers of the dialect, but no credentials of a caller', async () => {
    const provider = await one(acme, { ACME_BASE_URL: 'http://gpu' })
    const headers = {
      'x-passed': '1',
      authorization: 'a',
      Authorization: 'b',
      'x-api-key': 'c',
      'api-key': 'd',
      cookie: 'e',
      'proxy-authorization': 'f',
    }
    const sent = (await call(provider, { headers })).headers
    expect(sent).toEqual({
      'x-passed': '1',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
    })
  })

  test('sends constant headers and credentials of its own', async () => {
    const declared = {
      ...acme,
      headers: { 'X-Title': 'modelway' },
      credentials: (key: string) => ({ 'Api-Key': key }),
    }
    const provider = await one(declared, { ACME_API_KEY: KEY })
    expect((await call(provider)).headers).toMatchObject({ 'x-title': 'modelway', 'api-key': KEY })
    expect((await call(provider)).headers).not.toHaveProperty('authorization')
  })

  test('hands on pictures by URL, but to a vendor that wants them as data', async () => {
    const urls = async (declared: OpenAICompatible) => {
      const provider = await one(declared, { ACME_API_KEY: KEY })
      return Object.keys(await (await provider.offers!.language!('any model: name')).supportedUrls)
    }
    expect(await urls(acme)).toEqual(['image/*'])
    expect(await urls({ ...acme, readsImageUrls: false })).toEqual([])
  })

  test('does not share state between calls', async () => {
    const provider = await one(acme, { ACME_API_KEY: KEY })
    const first = (await call(provider)).headers as Record<string, string>
    expect(() => {
      first.authorization = 'changed'
    }).toThrow('readonly')
    expect((await call(provider)).headers.authorization).toBe(`Bearer ${KEY}`)
  })

  test('refuses a dialect that it does not speak', async () => {
    const provider = await one(acme, { ACME_API_KEY: KEY })
    expect((await failure(() => call(provider, { dialect: 'klingon' }))).message).toBe(
      'Provider "acme" does not speak "klingon"',
    )
  })

  test('hands on the models that an operator names', async () => {
    const provider = await one(acme, { ACME_API_KEY: KEY, ACME_MODELS: 'b,a' })
    expect(provider.configuredModels).toEqual(['b', 'a'])
    expect(await one(acme, { ACME_API_KEY: KEY })).not.toHaveProperty('configuredModels')
  })

  test('says what configured it, variables and file by name and nothing by value', async () => {
    const instances = { acme: { apiKey: 'sk-secret', baseUrl: 'http://gpu/v1' } }
    const sourcesOf = async (variables: Record<string, string>) => {
      const settings = { acme: { instances, variables: { acme: variables } } }
      const given = { site: { configFile: 'modelway.yaml' } } as never
      const { providers } = await assemble([openaiCompatible(acme)], settings, () => given)
      return providers.all().get('acme')?.configuredBy
    }
    expect(await sourcesOf({ apiKey: 'ACME_API_KEY', baseUrl: 'ACME_BASE_URL' })).toEqual([
      'ACME_API_KEY',
      'ACME_BASE_URL',
    ])
    expect(await sourcesOf({ apiKey: 'ACME_API_KEY' })).toEqual(['ACME_API_KEY', 'modelway.yaml'])
    expect(await sourcesOf({})).toEqual(['modelway.yaml'])
  })

  test('validates settings from elsewhere by the same rules', async () => {
    const plugins = [openaiCompatible(acme)]
    const from = (instance: unknown, name = 'acme') =>
      assemble(plugins, { acme: { instances: { [name]: instance } } }, () => host)
    expect(
      [...(await from({ baseUrl: 'http://gpu/v1/', models: ['a'] })).providers.all().values()][0]?.baseUrl,
    ).toBe('http://gpu/v1')
    for (const [instance, name] of [
      [{ baseUrl: 'gpu' }],
      [{ apiKey: 'a b' }],
      [{}],
      [{ apiKey: 'a' }, 'Not/Kebab'],
    ] as const) {
      expect(await failure(() => from(instance, name))).toBeInstanceOf(ConfigError)
    }
  })
})

describe('the list of models', () => {
  const list = async (json: unknown, declared = acme) =>
    (await one(declared, { ACME_API_KEY: KEY })).models!(async () => json)

  test('is asked for with the credentials, at the path of the declaration', async () => {
    const asked: unknown[] = []
    const provider = await one({ ...acme, modelsPath: '/catalog' }, { ACME_API_KEY: KEY })
    await provider.models!(async (url, headers) => {
      asked.push(url, headers)
      return []
    })
    expect(asked).toEqual(['https://api.acme.example/v1/catalog', { authorization: `Bearer ${KEY}` }])
  })

  test('is read with and without an object around it', async () => {
    const data = [
      { id: 'a', created: 1700000000.9, owned_by: 'acme' },
      { id: 'b/c', created: 'x', owned_by: '' },
    ]
    const models = [
      { id: 'a', created: 1700000000, ownedBy: 'acme' },
      { id: 'b/c', created: 0 },
    ]
    expect(await list({ object: 'list', data })).toEqual(models)
    expect(await list(data)).toEqual(models)
  })

  test('loses entries without a usable id, and repeated ones', async () => {
    const data = [
      { id: '' },
      { id: ' ' },
      { id: 5 },
      {},
      null,
      'x',
      [],
      { id: 'a\nb' },
      { id: '\u0000' },
      { id: ' a' },
      { id: 'ok' },
      { id: 'ok' },
    ]
    expect(await list({ data })).toEqual([{ id: 'ok', created: 0 }])
  })

  test.each([[null], [undefined], ['text'], [{}], [{ data: {} }], [7]])(
    'fails plainly when it is %j',
    async json => {
      expect((await failure(() => list(json))).message).toStartWith(
        'Provider "acme" listed its models in an unknown shape',
      )
    },
  )

  test('has a bound', async () => {
    const many = (length: number) => Array.from({ length }, (_, i) => ({ id: `m${i}` }))
    expect(await list(many(20_000))).toHaveLength(20_000)
    expect((await failure(() => list(many(20_001)))).message).toBe(
      'Provider "acme" listed 20001 models: at most 20000 are read',
    )
  })

  test('comes from the declaration where the vendor has none, or is absent', async () => {
    expect(await list('never asked', { ...acme, models: ['a'] })).toEqual([
      { id: 'a', created: 0, ownedBy: 'acme' },
    ])
    expect(await one({ ...acme, modelsPath: false }, { ACME_API_KEY: KEY })).not.toHaveProperty('models')
  })
})

describe('vendors', () => {
  test('stand in the list once, OpenAI first', () => {
    const names = providers.map(({ name }) => name)
    expect(names[0]).toBe('openai')
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(70)
  })

  test('stay away until they are configured', async () => {
    const elsewhere = {
      PATH: '/bin',
      HOME: '/root',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'x',
      GOOGLE_APPLICATION_CREDENTIALS: '/run/key.json',
      GOOGLE_CLOUD_PROJECT: 'p',
      HF_TOKEN: 'hf_x',
      GITHUB_TOKEN: 'ghp_x',
      SCW_SECRET_KEY: 'x',
      CLOUDFLARE_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
      CLOUDFLARE_API_KEY: 'x',
      DATABRICKS_TOKEN: 'x',
      VERCEL_API_KEY: 'x',
      LOCALAI_PRELOAD_MODELS: '[]',
    }
    expect((await start(providers, elsewhere)).size).toBe(0)
  })

  test('asks for usage unless that is refused or needless', async () => {
    const environment = Object.fromEntries(
      providers.map(({ name }) => [`${name.toUpperCase().replaceAll('-', '_')}_BASE_URL`, 'http://gpu/v1']),
    )
    const silent = [...(await start(providers, environment)).values()].filter(({ asksUsage }) => !asksUsage)
    expect(silent.map(({ name }) => name).sort()).toEqual([
      'groq',
      'mistral',
      'openrouter',
      'perplexity',
      'zai',
    ])
  })

  test('of the local kind takes an address without a path', async () => {
    const environment = Object.fromEntries(
      'OLLAMA VLLM SGLANG LLAMACPP LMSTUDIO JAN LITELLM LOCALAI MLX TEI XINFERENCE COMPATIBLE'
        .split(' ')
        .map(name => [`${name}_BASE_URL`, 'http://gpu:1']),
    )
    const made = [...(await start(providers, environment)).values()]
    expect(made).toHaveLength(12)
    for (const { baseUrl } of made) expect(baseUrl).toBe('http://gpu:1/v1')
  })

  test('azure understands the endpoint that its portal shows', async () => {
    const [provider] = (
      await start(providers, { AZURE_BASE_URL: 'https://r.openai.azure.com/', AZURE_API_KEY: KEY })
    ).values()
    expect((await call(provider!)).url).toBe('https://r.openai.azure.com/openai/v1/chat/completions')
    expect(provider).not.toHaveProperty('models')
  })

  test('ollama ignores the variables of its own server', async () => {
    const own = {
      OLLAMA_MODELS: '/usr/share/ollama/models',
      OLLAMA_MAX_LOADED_MODELS: '3',
      OLLAMA_HOST: '0.0.0.0',
    }
    expect((await start(providers, own)).size).toBe(0)
    const [provider] = (await start(providers, { ...own, OLLAMA_BASE_URL: 'http://gpu:11434' })).values()
    expect(provider).not.toHaveProperty('configuredModels')
    const [named] = (
      await start(providers, { OLLAMA_MODELS: 'llama3.2,qwen3:8b', OLLAMA_BASE_URL: 'http://gpu' })
    ).values()
    expect(named?.configuredModels).toEqual(['llama3.2', 'qwen3:8b'])
  })
})
