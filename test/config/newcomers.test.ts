import { describe, expect, test } from 'bun:test'
import { problemsOf, read } from './kit.ts'

/** What people write who have not read everything, and what they are told. */
const inFile: readonly (readonly [yaml: string, says: string])[] = [
  [
    'file:\n  section: providers',
    '1:1: There is no setting "file" here: "modelway schema" prints all that there are',
  ],
  ['openai:\n  api_key: x', '1:1: There is no setting "openai" here: it belongs below "providers:"'],
  [
    'OpenAI_East:\n  api_key: x',
    '1:1: There is no setting "OpenAI_East" here: it belongs below "providers:"',
  ],
  ['server:\n  port: 8080', '1:1: There is no setting "server" here: "port" stands at the top of the file'],
  ['master_key: abcdefgh', '1:1: There is no setting "master_key" here: it is called "auth.master_key"'],
  ['log:\n  level: debug', '1:1: There is no setting "log" here: there is log_level, log_format'],
  [
    'database: file:x.db',
    '1:1: There is no setting "database" here: there is database_url, database_auth_token',
  ],
  [
    'timeout: 30',
    '1:1: There is no setting "timeout" here: there is upstream_timeout, attempt_timeout, hook_timeout, drain_timeout',
  ],
  ['models: [a]', '1:1: There is no setting "models" here: there is virtual_models'],
  ['providers:\n  OpenAI: { api_key: x }', '2:3: "OpenAI" needs a "type". Did you mean "openai"?'],
  [
    'providers:\n  openai_east: { api_key: x }',
    '2:3: "openai_east" needs a "type". Did you mean "openai-east"?',
  ],
  ['providers:\n  gemni: { api_key: x }', '2:3: "gemni" needs a "type". Did you mean "gemini"?'],
  [
    'providers:\n  api_key: x\n  base_url: http://x',
    '2:3: Name the provider first: below "providers:" stands "openai:", and below that "api_key: …"',
  ],
  ['providers:\n  openai: sk-abc', '2:11: Expected a map: lines such as "api_key: …"'],
  [
    'providers:\n  openai: { api_key: $OPENAI_API_KEY }',
    '2:22: Write ${OPENAI_API_KEY} for the variable OPENAI_API_KEY',
  ],
  [
    'providers:\n  vllm: { base_url: "gpu:8000" }',
    '2:21: Cannot use providers.vllm.base_url: expected an http(s) address such as http://localhost:8000/v1',
  ],
  ['virtual_models:\n  smart: openai/gpt-5', '2:3: Expected a list: lines that begin with "- source: …"'],
  [
    'virtual_models:\n  - name: a\n    target_model: b',
    '2:5: There is no setting "name" here: there is source, target_model, ',
  ],
  [
    'virtual_models:\n  - source: a\n    targets: b',
    '3:14: Expected a list: lines that begin with "- model: …"',
  ],
  [
    'virtual_models:\n  - source: a\n    targets: [{ model: b, weight: 0.5 }]',
    '3:35: Cannot use virtual_models[0].targets[0].weight: expected a whole number',
  ],
  [
    'virtual_models:\n  - source: openai/*\n    user_paths: [/team]',
    '2:13: Cannot use virtual_models[0].source: "openai/*" is read as it stands, there are no patterns: write "openai/" for all models there',
  ],
  ['virtual_models:\n  - source: a\n  target_model: b', '3:1: Keys of one map must begin in the same column'],
  [
    'virtual_models:\n  - source: a\n     target_model: b',
    '2:13: This is a value and the beginning of a map at once: keys of one map begin in the same column, and text with ": " in it needs quotes',
  ],
  ['host: "x', '1:9: The quote that ends this text is missing'],
  ['host: 0.0.0.0:8080', '1:7: Cannot use host: expected an address such as 127.0.0.1'],
  ['usage:\n  retention: 30', '2:14: Cannot use usage.retention: expected a time with its unit, such as 90d'],
]

const inVariables: readonly (readonly [env: Readonly<Record<string, string>>, says: string])[] = [
  [{ HOST: 'http://0.0.0.0' }, 'Cannot use HOST="http://0.0.0.0": expected an address such as 127.0.0.1'],
  [{ AUDIT_RETENTION: '90' }, 'Cannot use AUDIT_RETENTION: expected a time with its unit, such as 90d'],
  [{ OPENAI_API_KEY: '"sk-x"' }, 'Cannot use OPENAI_API_KEY: it stands in quotes: leave them out'],
  [
    { OPENAI_API_KEY: 'sk-x', OPENAI_MODELS: '["gpt-5"]' },
    'Cannot use OPENAI_MODELS: expected a list such as one,two without brackets and quotes',
  ],
  [
    { VIRTUAL_MODELS: 'smart=openai/gpt-5' },
    'expected a JSON array of virtual models, such as [{"source": "smart", "target_model": "openai/gpt-5"}]',
  ],
  [
    { VIRTUAL_MODELS: '[{"sorce": "a", "target_model": "b"}]' },
    'Cannot use VIRTUAL_MODELS[0]: Field "sorce" is not known here. Did you mean "source"?',
  ],
  [
    { VIRTUAL_MODELS: '[{"source": "a", "targets": [{"model": "b", "wieght": 2}]}]' },
    'Cannot use VIRTUAL_MODELS[0]: Field "targets.0.wieght" is not known here. Did you mean "weight"?',
  ],
  [{ VIRTUAL_MODELS: '["a"]' }, 'Cannot use VIRTUAL_MODELS[0]: expected an object, it is "a"'],
]

describe('newcomers', () => {
  test.each(inFile)('are told in one line what to write instead of %p', async (yaml, says) => {
    const problems = await problemsOf({ yaml })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toStartWith(`modelway.yaml:${says}`)
  })

  test.each(inVariables)('are told in one line what to set instead of %p', async (env, says) => {
    const problems = await problemsOf({ env })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(says)
  })

  test('may write what is no mistake: addresses of IPv6, nothing kept, a dollar in a text', async () => {
    const { settings, pluginSettings } = await read({
      yaml: 'host: "::1"\naudit: { retention: 0 }\nauth: { master_key: $abc-DEFG }',
    })
    expect(settings.host).toBe('::1')
    expect(pluginSettings).toMatchObject({ audit: { retention: 0 }, auth: { masterKey: '$abc-DEFG' } })
  })

  test('are asked about variables that have other names elsewhere', async () => {
    const env = {
      OPENAI_KEY: 'x',
      OPENAI_API_BASE: 'x',
      MASTER_KEY: 'x',
      MODELWAY_PORT: '1',
      GITHUB_TOKEN: 'x',
    }
    expect((await read({ env })).odd()).toEqual([
      'Nobody reads MASTER_KEY. Did you mean MODELWAY_MASTER_KEY?',
      'Nobody reads MODELWAY_PORT. Did you mean PORT?',
      'Nobody reads OPENAI_API_BASE. Did you mean OPENAI_BASE_URL?',
      'Nobody reads OPENAI_KEY. Did you mean OPENAI_API_KEY?',
    ])
  })

  test('are told of a proxy that would be passed over without a word, and nothing that is secret of it', async () => {
    const env = {
      ALL_PROXY: 'socks5://me:secret@proxy.example.com:1080',
      all_proxy: 'http://proxy.test:3128',
    }
    expect((await read({ env })).odd()).toEqual([
      expect.stringMatching(/^ALL_PROXY is not used, and calls leave without a proxy: [^@]*HTTPS_PROXY/),
    ])
  })

  test('are asked about slips of the pen in names of one word, and not about what every shell sets', async () => {
    const env = { WORKER: '4', WORKRS: '4', PLUGIN: 'x' }
    const shell =
      'DISPLAY EDITOR HOME HOSTNAME LANG LOGNAME OLDPWD PAGER PATH POST PWD SHELL SHLVL TERM TMPDIR USER'
    const set = Object.fromEntries(shell.split(' ').map(name => [name, 'x']))
    expect((await read({ env: { ...env, ...set } })).odd()).toEqual([
      'Nobody reads PLUGIN. Did you mean PLUGINS?',
      'Nobody reads WORKER. Did you mean WORKERS?',
      'Nobody reads WORKRS. Did you mean WORKERS?',
    ])
  })
})
