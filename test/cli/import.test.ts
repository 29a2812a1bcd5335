import { describe, expect, test } from 'bun:test'
import { toWeights } from '../../src/cli/import/imported.ts'
import { createFolder, modelway } from '../config/kit.ts'
import { convert } from './convert.ts'

describe('modelway import litellm', () => {
  const config = `
model_list:
  - model_name: gpt-4o
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 900 }
    model_info: { input_cost_per_token: 0.0000025 }
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: os.environ/AZURE_EU_API_BASE
      api_key: os.environ/AZURE_EU_API_KEY
      api_version: "2024-10-21"
      rpm: 300
  - model_name: fast
    litellm_params: { model: groq/llama-3.3-70b, api_key: gsk-inline-secret, max_budget: 10 }
  - model_name: local-llama
    litellm_params: { model: ollama/llama3.1, api_base: "http://ollama:11434" }
  - model_name: together
    litellm_params: { model: together_ai/meta/llama-3 }
  - model_name: embeddings
    litellm_params: { model: text-embedding-3-small, api_key: os.environ/OPENAI_API_KEY }
  - model_name: openai/*
    litellm_params: { model: openai/*, api_key: os.environ/OPENAI_API_KEY }
  - model_name: elsewhere
    litellm_params: { model: replicate/meta/llama-2-70b }
  - model_name: strange
    litellm_params: {}
router_settings:
  routing_strategy: least-busy
  num_retries: 2
  fallbacks:
    - gpt-4o: [fast, elsewhere]
    - fast: [gpt-4o]
  model_group_alias:
    gpt-4: gpt-4o
    quiet: { model: fast, hidden: true }
    lost: elsewhere
  redis_host: redis
litellm_settings:
  drop_params: true
  max_budget: 100
  context_window_fallbacks: [{ gpt-4o: [fast] }]
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL
guardrails: [{ guardrail_name: pii, litellm_params: { guardrail: presidio, mode: pre_call } }]
`

  test('makes providers, redirects with weights, fallbacks and aliases of a config.yaml', async () => {
    const { config: made } = await convert('litellm', config)
    expect(made.auth).toEqual({ master_key: '${LITELLM_MASTER_KEY}' })
    expect(made.providers).toEqual({
      openai: { type: 'openai', api_key: '${OPENAI_API_KEY}', models: ['gpt-4o', 'text-embedding-3-small'] },
      'azure-eu': {
        type: 'azure',
        api_key: '${AZURE_EU_API_KEY}',
        base_url: '${AZURE_EU_API_BASE}',
        models: ['gpt-4o-eu'],
      },
      groq: { type: 'groq', api_key: '${GROQ_API_KEY}', models: ['llama-3.3-70b'] },
      ollama: { type: 'ollama', base_url: 'http://ollama:11434', models: ['llama3.1'] },
      together: { type: 'together', api_key: '${TOGETHER_API_KEY}', models: ['meta/llama-3'] },
    })
    expect(made.virtual_models).toEqual([
      {
        source: 'gpt-4o-pool',
        targets: [{ model: 'openai/gpt-4o', weight: 3 }, { model: 'azure-eu/gpt-4o-eu' }],
        strategy: 'round_robin',
      },
      {
        source: 'gpt-4o',
        targets: [{ model: 'gpt-4o-pool' }, { model: 'groq/llama-3.3-70b' }],
        strategy: 'failover',
      },
      {
        source: 'fast',
        targets: [{ model: 'groq/llama-3.3-70b' }, { model: 'gpt-4o-pool' }],
        strategy: 'failover',
      },
      { source: 'local-llama', target_model: 'ollama/llama3.1' },
      { source: 'together', target_model: 'together/meta/llama-3' },
      { source: 'embeddings', target_model: 'openai/text-embedding-3-small' },
      { source: 'gpt-4', target_model: 'gpt-4o' },
      { source: 'quiet', target_model: 'fast' },
    ])
  })

  test('names everything that did not convert', async () => {
    const { report, text } = await convert('litellm', config)
    const expected = [
      'model_list[0] "gpt-4o" model_info: prices are not converted',
      'model_list[1] "gpt-4o" api_version: not converted',
      'groq/llama-3.3-70b max_budget: left out: a limit here is for a minute, an hour',
      'model_list[2] "fast" api_key: secrets are not copied: set GROQ_API_KEY to it',
      'model_list[7] "elsewhere": left out: there is no provider type for "replicate" here',
      'model_list[8] "strange": left out',
      'router_settings.routing_strategy "least-busy": became round_robin',
      'router_settings.fallbacks "gpt-4o": "elsewhere" is no model_name that was converted',
      'router_settings.model_group_alias "quiet": hidden aliases are listed here',
      'router_settings.model_group_alias "lost": left out',
      'router_settings.redis_host: not converted',
      'litellm_settings.max_budget: left out: a limit here is for a minute, an hour',
      'litellm_settings.context_window_fallbacks: only "fallbacks" are converted',
      'general_settings.database_url: not converted',
      'guardrails[0] "pii": not converted (presidio): calls pass without it. Write it anew as guardrails.rules, or as a checker',
    ]
    for (const line of expected) expect(report.some(said => said.startsWith(line)) ? line : report).toBe(line)
    expect(report.length).toBe(expected.length)
    expect(text + report.join()).not.toContain('gsk-inline-secret')
  })

  test('makes limits of what deployments, providers, keys and everybody may use', async () => {
    const { config: made, report } = await convert(
      'litellm',
      `
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      api_key: os.environ/OPENAI_API_KEY
      rpm: 10
      rpd: 1000
      tpd: 2000000
      max_parallel_requests: 5
      max_budget: 20
      budget_duration: 1d
litellm_settings: { max_budget: 100, budget_duration: 30d }
general_settings: { max_parallel_requests: 3, global_max_parallel_requests: 200 }
router_settings:
  provider_budget_config:
    openai: { budget_limit: 50, time_period: 7d }
    azure: { budget_limit: 50, time_period: 1d }
`,
    )
    expect(made.limits).toEqual([
      { name: 'openai-a-day', models: ['openai/a'], per: 'day', requests: 1000, tokens: 2_000_000 },
      { name: 'openai-a-concurrent', models: ['openai/a'], concurrent: 5 },
      { name: 'openai-a-day-2', models: ['openai/a'], per: 'day', cost_usd: 20 },
      { name: 'everybody-concurrent', concurrent: 200 },
      { name: 'each-key-concurrent', each: 'key', concurrent: 3 },
      { name: 'everybody-month', per: 'month', cost_usd: 100 },
      { name: 'openai-week', models: ['openai/'], per: 'week', cost_usd: 50 },
    ])
    expect(report).toEqual([
      'router_settings.provider_budget_config.azure: left out: no provider of this name was converted',
    ])
  })

  test('takes regions, projects and other credentials along, secrets by the name of a variable', async () => {
    const {
      config: made,
      report,
      text,
    } = await convert(
      'litellm',
      `
model_list:
  - model_name: claude
    litellm_params:
      model: bedrock/anthropic.claude-sonnet
      aws_region_name: eu-central-1
      aws_access_key_id: os.environ/AWS_ACCESS_KEY_ID
      aws_secret_access_key: inline-secret
  - model_name: claude
    litellm_params:
      model: bedrock/anthropic.claude-sonnet
      aws_region_name: us-east-1
      aws_access_key_id: os.environ/AWS_ACCESS_KEY_ID
      aws_secret_access_key: os.environ/AWS_SECRET_ACCESS_KEY
`,
    )
    const shared = {
      type: 'bedrock',
      models: ['anthropic.claude-sonnet'],
      access_key_id: '${AWS_ACCESS_KEY_ID}',
    }
    expect(made.providers).toEqual({
      bedrock: { ...shared, region: 'eu-central-1', secret_access_key: '${BEDROCK_SECRET_ACCESS_KEY}' },
      'bedrock-2': { ...shared, region: 'us-east-1', secret_access_key: '${AWS_SECRET_ACCESS_KEY}' },
    })
    expect(report).toEqual([
      'model_list[0] "claude" aws_secret_access_key: secrets are not copied: set BEDROCK_SECRET_ACCESS_KEY to it',
    ])
    expect(text).not.toContain('inline-secret')
  })

  test('names what stands beside the parameters of a model, once, and converts a fallback without a list', async () => {
    const { config: made, report } = await convert(
      'litellm',
      `
model_list:
  - model_name: a
    litellm_params: { model: openai/a, api_key: os.environ/OPENAI_API_KEY }
    model_info: { id: "1", mode: chat, supports_vision: true, max_input_tokens: 9, access_groups: [beta], team_id: t }
    tpm: 5
  - { model_name: b, litellm_params: { model: openai/b, api_key: os.environ/OPENAI_API_KEY } }
  - { model_name: team/, litellm_params: { model: openai/c, api_key: os.environ/OPENAI_API_KEY } }
router_settings: { fallbacks: [{ a: b }] }
litellm_settings: { default_fallbacks: [nowhere] }
`,
    )
    expect(made.virtual_models).toMatchObject([
      { source: 'a', targets: [{ model: 'openai/a' }, { model: 'openai/b' }], strategy: 'failover' },
      { source: 'b', target_model: 'openai/b' },
    ])
    expect(report).toEqual([
      'model_list[0] "a" tpm: not converted',
      'model_list[0] "a" model_info.access_groups: not converted',
      'model_list[0] "a" model_info.team_id: not converted',
      'model_list[2] "team/": left out: such a name speaks of many models here',
      'litellm_settings.default_fallbacks: "nowhere" is no model_name that was converted: left out',
    ])
  })

  test('says where a value that callers may change there can be set for all of them', async () => {
    const { config: made, report } = await convert(
      'litellm',
      `
model_list:
  - model_name: a
    litellm_params: { model: openai/b, api_key: os.environ/OPENAI_API_KEY, temperature: 0, max_tokens: 5 }
`,
    )
    expect(made.virtual_models).toEqual([{ source: 'a', target_model: 'openai/b' }])
    expect(report).toEqual([
      'model_list[0] "a" temperature: not converted, callers may say otherwise there: see parameters.temperature',
      'model_list[0] "a" max_tokens: not converted, callers may say otherwise there: see parameters.max_output_tokens',
    ])
  })

  test.each([
    ['litellm', 'model_list: 7', 'model_list: left out: it is no list'],
    ['litellm', 'general_settings: x', 'general_settings: left out: it is no map'],
    ['litellm', '42', 'the file: left out: it is no map of settings'],
    ['gomodel', 'providers: [openai]', 'providers: left out: it is no map'],
    ['gomodel', '[{ source: a, target: b }, 7]', 'virtual_models[1]: left out: it is no map'],
    [
      'gomodel',
      'virtual_models: [{ source: a, targets: [{ model: x }, { provider: y }] }]',
      'virtual_models[0] "a" targets[1]: left out: it names no model',
    ],
    [
      'gomodel',
      'virtual_models: [{ source: a, target: b }]\nfailover: { rules: { a: [c] } }',
      'failover.rules "a": left out: there is a virtual model of this name',
    ],
  ])('says that it could not read something: %s %p', async (kind, text, line) => {
    expect((await convert(kind, text)).report).toEqual([line])
  })

  test('reads anchors and merge keys, which ours does not', async () => {
    const { config: made } = await convert(
      'litellm',
      `
defaults: &all { api_key: os.environ/OPENAI_API_KEY }
model_list:
  - model_name: a
    litellm_params: { <<: *all, model: openai/a }
`,
    )
    expect(made.virtual_models).toEqual([{ source: 'a', target_model: 'openai/a' }])
  })

  test.each([
    '',
    '[]',
    'model_list: 7',
    'model_list: [1, null, {}]',
    '42',
    'model_list: [{model_name: [a], litellm_params: x}]',
  ])('survives a file that is none: %p', async text => {
    expect((await convert('litellm', text)).config).toEqual({})
  })

  test('refuses what is no YAML', async () => {
    using folder = createFolder()
    const { code, err } = await modelway(['import', 'litellm', folder.write('x', 'a: [')], {
      cwd: folder.path,
    })
    expect([code, err]).toEqual([2, expect.stringContaining('Cannot read')])
    expect(err.trimEnd()).not.toContain('\n')
  })
})

describe('modelway import gomodel', () => {
  const config = `
server: { port: "9090", base_path: /g, master_key: "\${GOMODEL_MASTER_KEY}", body_size_limit: 20M, pprof_enabled: false }
models: { enabled_by_default: false, configured_provider_models_mode: allowlist }
http: { timeout: 300 }
providers:
  openai: { type: openai, api_key: "\${OPENAI_API_KEY}", resilience: { retry: { max_retries: 5 } } }
  open_router: { type: openrouter, api_key: sk-or-inline, models: [a/b, { id: c/d, metadata: {} }] }
  vllm: { type: vllm, base_url: "http://gpu:8000/v1" }
  elsewhere: { type: replicate, api_token: x }
virtual_models:
  - { source: regular, target: open_router/a/b, slowdown: 0.5 }
  - source: smart
    strategy: adaptive
    session_affinity: false
    targets: [{ model: openai/gpt-4o, weight: 0.5 }, { provider: open_router, model: c/d, weight: 1.5 }]
  - { source: cheap, strategy: cost, failover: false, targets: [{ model: openai/a }, { model: vllm/b }] }
  - { source: openai/gpt-4o, user_paths: [/team] }
  - { source: open_router/, enabled: false, description: closed }
  - { source: open }
failover:
  enabled: true
  rules: { gpt-4o: [openai/gpt-4o, vllm/b] }
budgets:
  user_paths: [{ path: /team, limits: [{ period: daily, amount: 10 }] }]
  labels: [{ label: ios, limits: [] }]
rate_limits:
  providers: [{ name: openai, limits: [] }]
mcp: { enabled: true }
`

  test('makes settings, providers and virtual models of a config.yaml', async () => {
    const { config: made } = await convert('gomodel', config)
    expect(made).toEqual({
      port: '9090',
      base_path: '/g',
      auth: { master_key: '${GOMODEL_MASTER_KEY}' },
      body_limit: '20M',
      access: { enabled_by_default: false },
      model_lists: { mode: 'allowlist' },
      upstream_timeout: 300,
      providers: {
        openai: { type: 'openai', api_key: '${OPENAI_API_KEY}' },
        'open-router': { type: 'openrouter', api_key: '${OPEN_ROUTER_API_KEY}', models: ['a/b', 'c/d'] },
        vllm: { type: 'vllm', base_url: 'http://gpu:8000/v1' },
      },
      virtual_models: [
        { source: 'regular', target_model: 'open-router/a/b' },
        {
          source: 'smart',
          targets: [{ model: 'openai/gpt-4o' }, { model: 'open-router/c/d', weight: 3 }],
          strategy: 'round_robin',
          session_affinity: false,
        },
        {
          source: 'cheap',
          targets: [{ model: 'openai/a' }, { model: 'vllm/b' }],
          strategy: 'cost',
          failover: false,
        },
        { source: 'openai/gpt-4o', user_paths: ['/team'] },
        { source: 'open-router/', description: 'closed', enabled: false },
        { source: 'open', user_paths: ['/'] },
        {
          source: 'gpt-4o',
          targets: [{ model: 'gpt-4o' }, { model: 'openai/gpt-4o' }, { model: 'vllm/b' }],
          strategy: 'failover',
        },
      ],
      limits: [{ name: 'budget-team-daily', user_path: '/team', per: 'day', cost_usd: 10 }],
    })
  })

  test('names everything that did not convert', async () => {
    const { report, text } = await convert('gomodel', config)
    const expected = [
      'providers.openai.resilience: not converted',
      'providers.open_router: is called "open-router" now',
      'providers.open_router.api_key: secrets are not copied: set OPEN_ROUTER_API_KEY to it',
      'providers.elsewhere: left out: there is no provider type "replicate" here',
      'virtual_models[0] "regular" slowdown: not converted',
      'virtual_models[1] "smart" strategy "adaptive": became round_robin',
      'server.pprof_enabled: not converted',
      'failover.enabled: not converted',
      'budgets.labels "ios": left out: limits here are for user paths, keys and models',
      'mcp: not converted',
    ]
    for (const line of expected) expect(report.some(said => said.startsWith(line)) ? line : report).toBe(line)
    expect(report.length).toBe(expected.length)
    expect(text + report.join()).not.toContain('sk-or-inline')
  })

  test('makes limits of budgets and rates, each by whom and what it speaks of', async () => {
    const { config: made, report } = await convert(
      'gomodel',
      `
providers: { open_router: { type: openrouter, api_key: "\${OPENROUTER_API_KEY}" } }
budgets:
  user_paths:
    - path: /team
      per_child: true
      limits: [{ period: weekly, amount: 50.5 }, { period: yearly, amount: 1 }]
rate_limits:
  enabled: true
  flush_interval: 1
  user_paths:
    - path: /team
      limits:
        - { period: minute, max_requests: 100, max_tokens: 50000 }
        - { period: concurrent, max_requests: 10 }
        - { period: day, max_requests: -1 }
  providers: [{ name: open_router, limits: [{ period: minute, max_requests: 500 }] }]
  models: [{ model: open_router/a/b, limits: [{ period: hour, max_tokens: 90000 }] }]
`,
    )
    expect(made.limits).toEqual([
      { name: 'budget-team-weekly', user_path: '/team', per: 'week', cost_usd: 50.5 },
      { name: 'rate-team-minute', user_path: '/team', per: 'minute', requests: 100, tokens: 50000 },
      { name: 'rate-team-concurrent', user_path: '/team', concurrent: 10 },
      { name: 'rate-open-router-minute', models: ['open-router/'], per: 'minute', requests: 500 },
      { name: 'rate-open-router-a-b-hour', models: ['open-router/a/b'], per: 'hour', tokens: 90000 },
    ])
    expect(report).toEqual([
      'providers.open_router: is called "open-router" now',
      'budgets.user_paths "/team" per_child: all below it share the limit: "each" has one for each key or path',
      'budgets.user_paths "/team" yearly: left out: a limit here is for a minute, an hour, a day, a week or a month',
      'rate_limits.user_paths "/team" day: left out: max_requests is no amount that can be kept to',
    ])
  })

  test('takes the exports of its admin API: virtual models, and what keys may do', async () => {
    const views = [
      {
        source: 'smart',
        kind: 'redirect',
        targets: [{ model: 'openai/gpt-4o', weight: 1 }],
        strategy: 'round_robin',
        enabled: true,
        managed: false,
        resolved_model: 'openai/gpt-4o',
        valid: true,
        created_at: '2026-01-01T00:00:00Z',
        updated_at: '2026-01-01T00:00:00Z',
      },
    ]
    const { config: made, report } = await convert('gomodel', JSON.stringify(views))
    expect(made).toEqual({
      virtual_models: [{ source: 'smart', target_model: 'openai/gpt-4o', enabled: true }],
    })
    expect(report).toEqual([])
    using folder = createFolder()
    const keys = [
      { name: 'One', user_path: '/a', labels: ['x'], allowed_models: ['smart'], enabled: true, active: true },
      { name: 'Old', enabled: false },
    ]
    const args = ['import', 'gomodel', folder.write('keys.json', JSON.stringify(keys)), '--json']
    const { code, out } = await modelway(args, { cwd: folder.path })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      keys: [{ name: 'One', user_path: '/a', labels: { x: '' }, allowed_models: ['smart'] }],
      report: [{ what: 'key "One"' }, { what: 'key "Old"', why: 'left out: it does not work any more' }],
    })
  })
})

describe('toWeights()', () => {
  test('makes whole numbers of shares, as small as they can be', () => {
    expect(toWeights([1, 1])).toEqual([1, 1])
    expect(toWeights([0.5, 1.5])).toEqual([1, 3])
    expect(toWeights([900, 300])).toEqual([3, 1])
    expect(toWeights([0.7, 0.2, 0.1])).toEqual([7, 2, 1])
    expect(Math.max(...toWeights([1_000_000, 1]))).toBeLessThanOrEqual(1000)
  })
})
