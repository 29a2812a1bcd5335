import { describe, expect, test } from 'bun:test'
import { convert } from './convert.ts'

/** Files as other gateways have them today. */

describe('modelway import litellm, as it is written today', () => {
  const config = `
credential_list:
  - credential_name: eu
    credential_values: { api_key: os.environ/AZURE_EU_KEY, api_base: os.environ/AZURE_EU_BASE }
model_list:
  - model_name: claude
    litellm_params: { model: bedrock/converse/us-west-2/anthropic.claude-sonnet, order: 2 }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet, api_key: os.environ/ANTHROPIC_API_KEY, order: 1 }
  - model_name: gpt
    litellm_params: { model: azure/o_series/gpt-deployment, litellm_credential_name: eu }
  - model_name: qwen
    litellm_params: { model: dashscope/qwen-max, api_key: os.environ/DASHSCOPE_API_KEY }
  - model_name: own
    litellm_params: { model: openai_like/llama, api_base: "http://gpu:9000/v1" }
  - model_name: theirs
    litellm_params: { model: litellm_proxy/sonnet, api_base: "http://litellm:4000", api_key: os.environ/PROXY_KEY }
router_settings: { num_retries: 3, timeout: 45, allowed_fails: 2, cooldown_time: 60 }
litellm_settings:
  num_retries: 1
  cache: true
  cache_params: { type: redis, host: redis, ttl: 600 }
  callbacks: [prometheus, otel]
  success_callback: [langfuse]
environment_variables: { X: y }
mcp_servers:
  zapier_mcp: { url: "https://actions.zapier.com/mcp", auth_type: bearer_token, auth_value: os.environ/ZAPIER }
  github: { url: "https://github.example/mcp", transport: http, allowed_tools: [search], static_headers: { X-Key: inline } }
  local: { transport: stdio, command: npx, args: [x] }
  old: { url: "https://old.example/sse", transport: sse }
`

  test('is read with its shared credentials, its order, and the names that vendors are known as', async () => {
    const { config: made } = await convert('litellm', config)
    expect(made.providers).toMatchObject({
      bedrock: { type: 'bedrock', region: 'us-west-2', models: ['anthropic.claude-sonnet'] },
      azure: { api_key: '${AZURE_EU_KEY}', base_url: '${AZURE_EU_BASE}', models: ['gpt-deployment'] },
      alibaba: { type: 'alibaba', api_key: '${DASHSCOPE_API_KEY}' },
      compatible: { type: 'compatible', base_url: 'http://gpu:9000/v1' },
      litellm: { type: 'litellm', base_url: 'http://litellm:4000', api_key: '${PROXY_KEY}' },
    })
    expect((made.virtual_models as object[])[0]).toEqual({
      source: 'claude',
      targets: [{ model: 'anthropic/claude-sonnet' }, { model: 'bedrock/anthropic.claude-sonnet' }],
      strategy: 'failover',
    })
  })

  test('takes what holds for all calls along: retries, times, rests, stored answers, tools', async () => {
    const { config: made, text } = await convert('litellm', config)
    expect(made).toMatchObject({
      ...{ retries: 3, upstream_timeout: '45s', breaker: { failures: 3, pause: '60s' } },
      cache: { models: ['/'], ttl: '600s' },
      mcp: {
        servers: [
          {
            name: 'zapier-mcp',
            url: 'https://actions.zapier.com/mcp',
            headers: { authorization: 'Bearer ${ZAPIER}' },
          },
          {
            ...{ name: 'github', url: 'https://github.example/mcp', tools: { allow: ['search'] } },
            headers: { 'X-Key': '${GITHUB_MCP_X_KEY}' },
          },
        ],
      },
    })
    expect(text).not.toContain('inline')
  })

  test('has a line for everything else', async () => {
    expect((await convert('litellm', config)).report).toEqual([
      'mcp_servers.zapier_mcp: is called "zapier-mcp" now',
      'mcp_servers.github.X-Key: secrets are not copied: set GITHUB_MCP_X_KEY to it',
      'mcp_servers.local: left out: it is no server of "streamable HTTP" with a url',
      'mcp_servers.old: left out: it is no server of "streamable HTTP" with a url',
      'litellm_settings.callbacks "prometheus": is there without being asked for: GET /metrics',
      'litellm_settings.callbacks "otel": not converted: set OTEL_EXPORTER_OTLP_ENDPOINT',
      'litellm_settings.success_callback "langfuse": not converted',
      'environment_variables: not converted: set them where this gateway starts',
      'allowed_fails: became breaker.failures: so many in a row, not in a minute',
      'litellm_settings.cache_params.type "redis": answers are kept in memory here',
      'litellm_settings.cache_params.host: not converted',
    ])
  })
})

describe('modelway import portkey', () => {
  const config = JSON.stringify({
    data: [
      {
        name: 'Main route',
        config: {
          strategy: { mode: 'fallback', on_status_codes: [429] },
          retry: { attempts: 4 },
          cache: { mode: 'semantic', maxAge: 60 },
          targets: [
            {
              strategy: { mode: 'loadbalance' },
              targets: [
                {
                  provider: 'openai',
                  api_key: 'sk-inline',
                  weight: 0.75,
                  override_params: { model: 'gpt-4o' },
                },
                {
                  virtualKey: 'mistral-ai',
                  weight: 0.25,
                  overrideParams: { model: 'large', temperature: 0 },
                },
              ],
            },
            { override_params: { model: '@google/gemini-pro' }, after_request_hooks: [{ id: 'x' }] },
            { provider: 'together-ai', api_key: 'x' },
            { provider: '@unheard-of', override_params: { model: 'm' } },
          ],
        },
      },
      { slug: 'pc-one', config: '{"provider":"groq","override_params":{"model":"llama"}}' },
      { slug: 'pc-cond', config: { strategy: { mode: 'conditional' }, targets: [] } },
    ],
  })

  test('makes a redirect of each config, and one of each group within it', async () => {
    const { config: made, text } = await convert('portkey', config)
    expect(made.virtual_models).toEqual([
      {
        source: 'main-route-1',
        targets: [{ model: 'openai/gpt-4o', weight: 3 }, { model: 'mistral/large' }],
        strategy: 'round_robin',
      },
      {
        source: 'main-route',
        targets: [{ model: 'main-route-1' }, { model: 'gemini/gemini-pro' }],
        strategy: 'failover',
      },
      { source: 'pc-one', target_model: 'groq/llama' },
    ])
    expect(made).toMatchObject({ retries: 4, cache: { models: ['main-route'] } })
    expect(Object.keys(made.providers as object)).toEqual(['openai', 'mistral', 'gemini', 'together', 'groq'])
    expect(text).not.toContain('sk-inline')
  })

  test('says what it left out', async () => {
    const { report } = await convert('portkey', config)
    for (const line of [
      'main-route strategy.on_status_codes: not converted: failover here follows any failure',
      'main-route-1-2 override_params.temperature: not converted: see parameters',
      'main-route-2 after_request_hooks: not converted: calls pass without it',
      'main-route-3: left out: calls name the model there; any model of "together" is "together/id" here',
      'main-route-4: left out: there is no provider type for "unheard-of" here',
      'main-route cache: only equal questions: see cache.similar',
      'main-route-1-1: secrets are not copied: set OPENAI_API_KEY',
      'pc-cond strategy "conditional": left out: conditions are not converted',
    ])
      expect(report.find(said => said.startsWith(line)) ?? report).toEqual(expect.stringContaining(line))
  })
})

describe('modelway import bifrost', () => {
  const env = { VERTEX_KEY_JSON: 'metadata' }
  const config = JSON.stringify({
    client: { drop_excess_requests: false },
    providers: {
      openai: {
        keys: [
          { name: 'a', value: 'env.OPENAI_ONE', models: ['gpt-4o'], weight: 0.6 },
          { name: 'b', value: 'sk-inline', models: ['gpt-4o', 'gpt-4o-mini'], weight: 0.2 },
        ],
        network_config: { base_url: 'https://proxy.example/v1', max_retries: 3 },
      },
      azure: {
        keys: [
          {
            ...{ value: 'env.AZURE_KEY', models: ['gpt-4o'] },
            azure_key_config: {
              ...{ endpoint: 'env.AZURE_ENDPOINT', api_version: '2024-10-21' },
              deployments: { 'gpt-4o': 'gpt-4o-eu' },
            },
          },
        ],
      },
      vertex: {
        keys: [
          {
            vertex_key_config: {
              project_id: 'p',
              region: 'europe-west4',
              auth_credentials: 'env.VERTEX_KEY_JSON',
            },
          },
        ],
      },
      mine: { keys: [{ value: 'env.MINE' }], custom_provider_config: { base_provider_type: 'anthropic' } },
      elsewhere: {},
    },
    mcp: {
      client_configs: [
        {
          ...{ name: 'search', connection_type: 'http', connection_string: 'http://tools:3001/mcp' },
          ...{ tools_to_execute: ['*'], tools_to_skip: ['delete'], headers: { authorization: 'env.TOOLS' } },
        },
        { name: 'files', connection_type: 'stdio', stdio_config: { command: 'npx' } },
      ],
    },
    governance: { virtual_keys: [{ name: 'team' }] },
  })

  test('makes a provider of each key, and shares models out among those that have them', async () => {
    const { config: made, text } = await convert('bifrost', config, env)
    expect(made.providers).toEqual({
      openai: {
        ...{
          type: 'openai',
          api_key: '${OPENAI_ONE}',
          base_url: 'https://proxy.example/v1',
          models: ['gpt-4o'],
        },
      },
      'openai-2': {
        ...{ type: 'openai', api_key: '${OPENAI_2_API_KEY}', base_url: 'https://proxy.example/v1' },
        models: ['gpt-4o', 'gpt-4o-mini'],
      },
      azure: { type: 'azure', api_key: '${AZURE_KEY}', base_url: '${AZURE_ENDPOINT}', models: ['gpt-4o'] },
      vertex: { type: 'vertex', project: 'p', location: 'europe-west4', credentials: '${VERTEX_KEY_JSON}' },
      mine: { type: 'anthropic', api_key: '${MINE}' },
    })
    expect(made.virtual_models).toEqual([
      {
        source: 'openai/gpt-4o',
        targets: [{ model: 'openai/gpt-4o', weight: 3 }, { model: 'openai-2/gpt-4o' }],
        strategy: 'round_robin',
      },
      { source: 'openai/gpt-4o-mini', target_model: 'openai-2/gpt-4o-mini' },
      { source: 'azure/gpt-4o', target_model: 'azure/gpt-4o-eu' },
    ])
    expect(made.mcp).toEqual({
      servers: [
        {
          ...{ name: 'search', url: 'http://tools:3001/mcp', tools: { deny: ['delete'] } },
          headers: { authorization: '${TOOLS}' },
        },
      ],
    })
    expect(text).not.toContain('sk-inline')
  })

  test('says what it left out', async () => {
    expect((await convert('bifrost', config, env)).report).toEqual([
      'providers.openai.network_config.max_retries: not converted: "retries" and "upstream_timeout" hold for all here',
      'providers.openai.keys[1]: secrets are not copied: set OPENAI_2_API_KEY to it',
      'providers.azure.keys[0] api_version: not converted',
      'providers.elsewhere: left out: there is no provider type of this name here',
      'mcp.client_configs "files": left out: it is no server of "streamable HTTP" with a url',
      'client: not converted',
      'governance.virtual_keys: not converted: see limits, and POST /admin/keys',
    ])
  })
})

test.each(['portkey', 'bifrost'])('modelway import %s survives a file that is none', async kind => {
  for (const text of ['', '[]', '42', '{"providers": 7, "targets": 7, "data": [1, null]}'])
    expect((await convert(kind, text)).config).toEqual({})
})
