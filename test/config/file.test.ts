import { describe, expect, test } from 'bun:test'
import { gatewayEnv } from '../../src/config/gateway.ts'
import { createFolder, problemsOf, read } from './kit.ts'

const settingsOf = async (...args: Parameters<typeof read>) => (await read(...args)).settings
const pluginOf = async (name: string, ...args: Parameters<typeof read>) =>
  (await read(...args)).pluginSettings[name]

describe('the config file', () => {
  test('sets the gateway itself, and each plugin in a section of its name, in snake_case', async () => {
    const yaml = `
port: 9000
base_path: /llm
body_limit: 20M
egress_allow: [https://hooks.example.com]
access:
  enabled_by_default: false
user_path: { trust: keys }
model_lists:
  deadline: 5s
`
    expect(await settingsOf({ yaml })).toMatchObject({
      port: 9000,
      basePath: '/llm',
      bodyLimit: 20 * 1024 * 1024,
      egressAllow: ['https://hooks.example.com'],
    })
    expect(await pluginOf('access', { yaml })).toEqual({ enabledByDefault: false })
    expect(await pluginOf('user-path', { yaml })).toEqual({ trust: 'keys' })
    expect(await pluginOf('model-lists', { yaml })).toEqual({ deadline: '5s' })
  })

  test('loses to the environment, and both to flags; defaults lose to all', async () => {
    const yaml = 'port: 1000\nlog_level: debug\nretries: 5'
    const env = { PORT: '2000', LOG_LEVEL: 'error' }
    const settings = await settingsOf({ yaml, env, flags: { port: '3000' } })
    expect(settings).toMatchObject({ port: 3000, logLevel: 'error', retries: 5, host: '127.0.0.1' })
  })

  test('is what CONFIG_FILE or --config names; without a name it may be missing', async () => {
    using folder = createFolder()
    const [one, two] = [folder.write('one.yaml', 'port: 1001'), folder.write('two.yaml', 'port: 1002')]
    expect((await settingsOf({ env: { CONFIG_FILE: one } })).port).toBe(1001)
    expect((await settingsOf({ env: { CONFIG_FILE: one }, flags: { configFile: two } })).port).toBe(1002)
    expect((await settingsOf({})).configFile).toBeUndefined()
    expect(await problemsOf({ env: { CONFIG_FILE: '/nowhere/modelway.yaml' } })).toEqual([
      'modelway.yaml:1:1: Cannot read the config file: there is no such file',
    ])
    expect(await problemsOf({ env: { CONFIG_FILE: folder.path } })).toEqual([
      `${folder.path}:1:1: Cannot read the config file: it is a directory`,
    ])
  })

  test('may be JSON, empty, or hold nothing but comments', async () => {
    expect((await settingsOf({ yaml: '{"port": 9000, "access": {"hide_denied": true}}' })).port).toBe(9000)
    expect((await settingsOf({ yaml: '' })).port).toBe(8080)
    expect((await settingsOf({ yaml: '# port: 9000' })).port).toBe(8080)
  })

  test('must be UTF-8 text with settings in it', async () => {
    using folder = createFolder()
    const path = folder.write('modelway.yaml', '')
    await Bun.write(path, new Uint8Array([0xff, 0xfe, 0x00, 0xd8]))
    expect(await problemsOf({ env: { CONFIG_FILE: path } })).toEqual([
      'modelway.yaml:1:1: Cannot read the config file: it is not UTF-8 text',
    ])
    for (const yaml of ['hello', '- port: 1', '42'])
      expect(await problemsOf({ yaml })).toEqual([
        'modelway.yaml:1:1: Expected settings: lines such as "port: 8080"',
      ])
  })

  test('takes a key without a value as not set', async () => {
    expect(await settingsOf({ yaml: 'port:\naccess:\n  hide_denied:\n' })).toMatchObject({ port: 8080 })
  })

  test('reads numbers as text where text is wanted', async () => {
    const yaml = 'providers: { vllm: { base_url: "http://gpu/v1", api_key: 0123456789, models: [7, 0x1f] } }'
    expect(await pluginOf('vllm', { yaml })).toEqual({
      instances: { vllm: { baseUrl: 'http://gpu/v1', apiKey: '0123456789', models: ['7', '0x1f'] } },
    })
  })

  test('says a setting for every plugin that reads the same variable', async () => {
    const yaml = 'access: { enabled_by_default: false }'
    expect(await pluginOf('virtual-models', { yaml })).toEqual({ openByDefault: false })
    const env = { MODELS_ENABLED_BY_DEFAULT: 'true' }
    expect(await pluginOf('virtual-models', { yaml, env })).toEqual({ openByDefault: 'true' })
  })
})

describe('providers', () => {
  test('are instances by name; a type is what the name begins with, unless it is said', async () => {
    const yaml = `
providers:
  openai: { api_key: sk-one }
  openai-east: { api_key: sk-two, base_url: https://east.example.com/v1, models: [a, b] }
  gpu: { type: vllm, base_url: "http://gpu:8000" }
`
    expect(await pluginOf('openai', { yaml })).toEqual({
      instances: {
        openai: { apiKey: 'sk-one' },
        'openai-east': { apiKey: 'sk-two', baseUrl: 'https://east.example.com/v1', models: ['a', 'b'] },
      },
    })
    expect(await pluginOf('vllm', { yaml })).toEqual({ instances: { gpu: { baseUrl: 'http://gpu:8000' } } })
  })

  test('meet variables of the same instance field by field', async () => {
    const yaml = 'providers: { openai-east: { base_url: "https://east.example.com/v1", api_key: old } }'
    const env = { OPENAI_EAST_API_KEY: 'new', OPENAI_API_KEY: 'other' }
    expect(await pluginOf('openai', { yaml, env })).toEqual({
      instances: {
        'openai-east': { baseUrl: 'https://east.example.com/v1', apiKey: 'new' },
        openai: { apiKey: 'other' },
      },
      variables: {
        openai: { apiKey: 'OPENAI_API_KEY' },
        'openai-east': { apiKey: 'OPENAI_EAST_API_KEY' },
      },
    })
    const half = 'providers: { openai: }'
    expect(await pluginOf('openai', { yaml: half, env })).toMatchObject({
      instances: { openai: { apiKey: 'other' } },
    })
  })
})

describe('mistakes', () => {
  const cases: readonly (readonly [yaml: string, problem: string])[] = [
    ['prot: 1', 'modelway.yaml:1:1: There is no setting "prot" here. Did you mean "port"?'],
    ['port: 1\nacess: {}', 'modelway.yaml:2:1: There is no setting "acess" here. Did you mean "access"?'],
    [
      'access:\n  hide_denid: true',
      'modelway.yaml:2:3: There is no setting "hide_denid" here. Did you mean "hide_denied"?',
    ],
    [
      'access:\n  hideDenied: true',
      'modelway.yaml:2:3: There is no setting "hideDenied" here. Did you mean "hide_denied"?',
    ],
    [
      'providers:\n  openai:\n    api_kye: x\n    api_key: y',
      'modelway.yaml:3:5: There is no setting "api_kye" here. Did you mean "api_key"?',
    ],
    [
      'virtual_models:\n  - source: a\n    target_modle: b',
      'modelway.yaml:3:5: There is no setting "target_modle" here. Did you mean "target_model"?',
    ],
    [
      'models_enabled_by_default: false',
      'modelway.yaml:1:1: There is no setting "models_enabled_by_default" here: it is called "access.enabled_by_default"',
    ],
    [
      'body_size_limit: 1M',
      'modelway.yaml:1:1: There is no setting "body_size_limit" here: it is called "body_limit"',
    ],
    ['config_file: x', 'modelway.yaml:1:1: There is no setting "config_file" here'],
    ['port: 99999', 'modelway.yaml:1:7: Cannot use port: expected at most 65535'],
    ['port: many', 'modelway.yaml:1:7: Cannot use port: expected a whole number'],
    ['port: [1]', 'modelway.yaml:1:7: Cannot use port: '],
    ['port: 1.5', 'modelway.yaml:1:7: Cannot use port: expected a whole number'],
    ['log_level: loud', 'modelway.yaml:1:12: Cannot use log_level: expected one of'],
    ['egress_allow: [example.com]', 'modelway.yaml:1:15: Cannot use egress_allow: expected origins'],
    [
      'model_lists:\n  deadline: 0',
      'modelway.yaml:2:13: Cannot use model_lists.deadline: expected more than 0',
    ],
    ['access: true', 'modelway.yaml:1:9: Expected a map: lines such as "enabled_by_default: …"'],
    ['access: [a]', 'modelway.yaml:1:9: Expected a map'],
    [
      'access:\n  hide_denied: perhaps',
      'modelway.yaml:2:16: Cannot use access.hide_denied: expected true or false',
    ],
    [
      'auth: { master_key: short }',
      'modelway.yaml:1:21: Cannot use auth.master_key: expected at least 8 characters',
    ],
    ['virtual_models: {}', 'modelway.yaml:1:17: Expected a list: lines that begin with "- source: …"'],
    ['providers: [openai]', 'modelway.yaml:1:12: Expected a map'],
    ['providers:\n  gpu: { type: vlm }', 'modelway.yaml:2:16: There is no type "vlm". Did you mean "vllm"?'],
    ['providers:\n  gpu: { base_url: x }', 'modelway.yaml:2:3: "gpu" needs a "type": one of openai, '],
    [
      'providers:\n  Gpu_1: { type: vllm, base_url: "http://x" }',
      'Cannot use providers.Gpu_1: expected a name in kebab-case',
    ],
    [
      'providers:\n  vllm: { base_url: "ftp://x" }',
      'modelway.yaml:2:21: Cannot use providers.vllm.base_url: expected an http(s) address',
    ],
    [
      'providers:\n  gpu: { type: openai }',
      'modelway.yaml:2:8: Cannot set up provider "gpu": set api_key or base_url',
    ],
    ['plugins: [./nowhere.ts]', 'Cannot find plugin "./nowhere.ts"'],
    ['auth: { master_key: "${NOT_SET}" }', 'modelway.yaml:1:21: Variable NOT_SET is not set'],
    ['auth: { master_key: "${1x}" }', 'modelway.yaml:1:21: Cannot read "${"'],
    ['auth: { master_key: "${OPEN" }', 'modelway.yaml:1:21: Cannot read "${"'],
  ]
  test.each(cases)('are named with their place: %s', async (yaml, problem) => {
    const problems = await problemsOf({ yaml })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
    expect(problems[0]).not.toMatch(/\n|undefined|\[object/)
  })

  test('are all named at once: variables first, then the file from top to bottom', async () => {
    const yaml = 'prot: 1\naccess:\n  hide_denied: perhaps\n  x: 1\nvirtual_models:\n  - source: ""\n  - {}\n'
    const env = {
      PORT: 'x',
      OPENAI_API_KEY: 'a b',
      OPENAI_BASE_URL: 'y',
      VIRTUAL_MODELS: '[{}, {"source": 1}]',
    }
    const places = (await problemsOf({ yaml, env })).map(problem => problem.slice(0, 40))
    expect(places.slice(0, 5).map(place => place.split(/[:="[]/)[0])).toEqual([
      'Cannot use PORT',
      'Cannot use OPENAI_API_KEY',
      'Cannot use OPENAI_BASE_URL',
      'Cannot use VIRTUAL_MODELS',
      'Cannot use VIRTUAL_MODELS',
    ])
    expect(places.slice(5).map(place => place.split(':')[1])).toEqual(['1', '3', '4', '6', '7'])
  })

  test('never repeat a value: it may be a secret', async () => {
    const secret = 'hunter2 hunter2'
    const yaml = `auth: { master_key: "${secret}" }\nproviders:\n  openai: { api_key: "${secret}", base_url: "${secret}" }`
    const problems = await problemsOf({ yaml })
    expect(problems).toHaveLength(3)
    expect(problems.join()).not.toContain('hunter2')
  })

  test('stop the start with one line that counts the others', async () => {
    const error = await read({ yaml: 'a: 1\nb: 2\nc: 3' }).catch(error => error as Error)
    expect((error as Error).message).toMatch(
      /modelway\.yaml:1:1: There is no setting "a" here: "modelway schema" prints all that there are \(and 2 more: "modelway check" names them all\)$/,
    )
  })
})

describe('variables in values', () => {
  const env = { KEY: 'sk-from-env', SIZE: '7M', YES: 'true', WEIGHT: '3', NONE: '' }
  const masterKey = async (text: string) =>
    ((await pluginOf('auth', { yaml: `auth:\n  master_key: ${text}`, env })) as { masterKey: string })
      .masterKey

  test('are filled in, with defaults, in the middle of text, and as $${ not at all', async () => {
    expect(await masterKey('${KEY}')).toBe('sk-from-env')
    expect(await masterKey('"${KEY}"')).toBe('sk-from-env')
    expect(await masterKey('${MISSING:-sk-default}')).toBe('sk-default')
    expect(await masterKey('${KEY:-sk-default}')).toBe('sk-from-env')
    expect(await masterKey('a-${KEY}-${KEY}')).toBe('a-sk-from-env-sk-from-env')
    expect(await masterKey('$${KEY}-x')).toBe('${KEY}-x')
    expect(await masterKey('$KEY-dollar')).toBe('$KEY-dollar')
  })

  test('become switches and numbers where only those will do', async () => {
    const yaml = `
body_limit: \${SIZE}
virtual_models:
  - source: a
    enabled: \${YES}
    targets: [{ model: "\${NAME:-b}", weight: "\${WEIGHT}" }]
`
    expect((await settingsOf({ yaml, env })).bodyLimit).toBe(7 * 1024 * 1024)
    expect(await pluginOf('virtual-models', { yaml, env })).toEqual({
      listed: [{ source: 'a', enabled: true, targets: [{ model: 'b', weight: 3 }] }],
    })
  })

  test('are not looked for in keys and comments', async () => {
    expect(await problemsOf({ yaml: '# ${NOT_SET}\nport: 1' })).toEqual([])
    expect((await problemsOf({ yaml: '"${KEY}": 1' }))[0]).toContain('There is no setting "${KEY}" here')
  })
})

describe('NAME_FILE', () => {
  test('stands for every variable that is read, without the line break at its end', async () => {
    using folder = createFolder()
    const env = {
      MODELWAY_MASTER_KEY_FILE: folder.write('master', 'sk-master-key\n'),
      OPENAI_API_KEY_FILE: folder.write('openai', 'sk-openai\r\n'),
      OPENAI_EAST_API_KEY_FILE: folder.write('east', 'sk-east'),
      DATABASE_AUTH_TOKEN_FILE: folder.write('token', 'db-token\n'),
      VIRTUAL_MODELS_FILE: folder.write('models', '[{"source": "a", "target_model": "b"}]'),
    }
    const { settings, pluginSettings } = await read({ env })
    expect(settings.databaseAuthToken).toBe('db-token')
    expect(pluginSettings.auth).toEqual({ masterKey: 'sk-master-key' })
    expect(pluginSettings.openai).toEqual({
      instances: { openai: { apiKey: 'sk-openai' }, 'openai-east': { apiKey: 'sk-east' } },
      variables: {
        openai: { apiKey: 'OPENAI_API_KEY' },
        'openai-east': { apiKey: 'OPENAI_EAST_API_KEY' },
      },
    })
    expect(pluginSettings['virtual-models']).toEqual({ declared: '[{"source": "a", "target_model": "b"}]' })
  })

  test('stands for every variable of the gateway and of its plugins', async () => {
    using folder = createFolder()
    const file = folder.write('value', 'x')
    const { plugins } = await read({})
    const names = [gatewayEnv, ...plugins.map(({ env }) => (typeof env === 'object' ? env : {}))].flatMap(
      env => Object.values(env as Record<string, readonly string[]>).flat(),
    )
    for (const name of names.filter(name => name !== 'CONFIG_FILE')) {
      const [problem] = await problemsOf({ env: { [name]: 'x', [`${name}_FILE`]: file } })
      expect(problem).toBe(`Cannot use both ${name} and ${name}_FILE: unset one of them`)
    }
  })

  test('stands for a variable that only the config file refers to', async () => {
    using folder = createFolder()
    const env = { TEAM_KEY_FILE: folder.write('key', 'sk-team-key\n') }
    expect(await pluginOf('auth', { yaml: 'auth:\n  master_key: ${TEAM_KEY}', env })).toEqual({
      masterKey: 'sk-team-key',
    })
  })

  test('of other software is left alone', async () => {
    expect(await problemsOf({ env: { SSL_CERT_FILE: '/nowhere', ACME_API_KEY_FILE: '/nowhere' } })).toEqual(
      [],
    )
  })

  test('must name a file with something in it', async () => {
    using folder = createFolder()
    const wrong = async (path: string) => (await problemsOf({ env: { OPENAI_API_KEY_FILE: path } }))[0]
    expect(await wrong('/nowhere')).toBe('Cannot use OPENAI_API_KEY_FILE="/nowhere": there is no such file')
    expect(await wrong(folder.path)).toContain('it is a directory')
    expect(await wrong(folder.write('empty', '\n'))).toContain('it is empty')
    expect(await wrong(folder.write('two', 'sk-a\nsk-b\n'))).toContain(
      'Cannot use OPENAI_API_KEY: expected visible ASCII',
    )
  })
})
