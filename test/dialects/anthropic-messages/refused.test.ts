import { describe, expect, test } from 'bun:test'
import { bedrock, call, png, refusalOf, user } from './kit.ts'

describe('refused, by the name of the field', () => {
  const at = (...content: unknown[]) => ({ messages: user(...content) })
  const said = (...content: unknown[]) => ({
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content },
    ],
  })
  const tool = { name: 'go', input_schema: {} }
  const first = 'messages[0].content[0]'
  test.each<[object, string]>([
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: '100' }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'Hello' }, 'messages'],
    [{ messages: ['Hello'] }, 'messages[0]'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'constructor', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [at('x'), first],
    [at({ text: 'x' }), `${first}.type`],
    [at({ type: 'text' }), `${first}.text`],
    [at({ type: 'text', text: 7 }), `${first}.text`],
    [at({ type: 'image' }), `${first}.source`],
    [at({ type: 'image', source: { type: 'ftp' } }), `${first}.source.type`],
    [at({ type: 'image', source: { type: 'url', url: 'nowhere' } }), `${first}.source.url`],
    [at({ type: 'image', source: { type: 'url', url: 'file:///etc/passwd' } }), `${first}.source.url`],
    [at({ type: 'image', source: { ...png, media_type: 'text/html' } }), `${first}.source.media_type`],
    [at({ type: 'image', source: { ...png, data: 'no base64!' } }), `${first}.source.data`],
    [at({ type: 'image', source: { ...png, data: 'data:image/png;base64,aGk=' } }), `${first}.source.data`],
    [at({ type: 'image', source: { ...png, data: '' } }), `${first}.source.data`],
    [
      at({ type: 'document', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }),
      `${first}.source.media_type`,
    ],
    [
      at({ type: 'document', source: { type: 'content', content: [{ type: 'audio' }] } }),
      `${first}.source.content[0].type`,
    ],
    [at({ type: 'document', title: 7, source: { type: 'text', data: 'x' } }), `${first}.title`],
    [at({ type: 'tool_result', tool_use_id: 'toolu_9', content: 'x' }), `${first}.tool_use_id`],
    [at({ type: 'tool_result', content: 'x' }), `${first}.tool_use_id`],
    [said({ type: 'tool_use', id: 'a', name: 'b', input: 'x' }), 'messages[1].content[0].input'],
    [said({ type: 'tool_use', name: 'b', input: {} }), 'messages[1].content[0].id'],
    [said({ type: 'thinking', signature: 'x' }), 'messages[1].content[0].thinking'],
    [{ system: [{ type: 'image' }] }, 'system[0].type'],
    [{ system: 7 }, 'system'],
    [{ temperature: '1' }, 'temperature'],
    [{ top_k: 'x' }, 'top_k'],
    [{ stop_sequences: 'x' }, 'stop_sequences'],
    [{ stop_sequences: [7] }, 'stop_sequences[0]'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ input_schema: {} }] }, 'tools[0].name'],
    [{ tools: [{ name: 'a' }] }, 'tools[0].input_schema'],
    [{ tools: [{ type: 'function', name: 'a', input_schema: {} }] }, 'tools[0].type'],
    [{ tools: [tool], tool_choice: 'auto' }, 'tool_choice'],
    [{ tools: [tool], tool_choice: { type: 'required' } }, 'tool_choice.type'],
    [{ tools: [tool], tool_choice: { type: 'tool', name: 'b' } }, 'tool_choice.name'],
    [{ tool_choice: { type: 'any' } }, 'tool_choice'],
    [{ thinking: true }, 'thinking'],
    [{ thinking: { type: 'on' } }, 'thinking.type'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ thinking: { type: 'enabled', budget_tokens: 1000 } }, 'thinking.budget_tokens'],
    [{ output_config: { effort: 'much' } }, 'output_config.effort'],
    [{ output_config: { format: { type: 'xml' } } }, 'output_config.format.type'],
    [{ output_format: { type: 'json_schema' } }, 'output_format.schema'],
    [{ service_tier: 'gold' }, 'service_tier'],
  ])('wrong: %j', (more, param) => {
    expect(refusalOf(more)).toEqual({ code: 'invalid_request', param })
  })

  test.each<[object, string]>([
    [at({ type: 'tool_use', id: 'a', name: 'b', input: {} }), `${first}.type`],
    [at({ type: 'constructor' }), `${first}.type`],
    [said({ type: 'image', source: png }), 'messages[1].content[0].type'],
    [
      {
        messages: [
          ...said({ type: 'tool_use', id: 'a', name: 'b', input: {} }).messages,
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'video' }] }],
          },
        ],
      },
      'messages[2].content[0].content[0].type',
    ],
    [{ container: 'c' }, 'container'],
    [{ mcp_servers: [{}] }, 'mcp_servers'],
    [{ inference_geo: 'us' }, 'inference_geo'],
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }, 'tools[0].type'],
    [{ mcp_servers: [{}], tools: [{ type: 'mcp_toolset', mcp_server_name: 'a' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'tool_search_tool_bm25', name: 'tool_search_tool_bm25' }] }, 'tools[0].type'],
    [at({ type: 'image', source: { type: 'file', file_id: 'f' } }), `${first}.source.file_id`],
    [at({ type: 'container_upload', file_id: 'f' }), `${first}.type`],
    [said({ type: 'container_upload', file_id: 'f' }), 'messages[1].content[0].type'],
    [said({ type: 'compaction', encrypted_content: 'x' }), 'messages[1].content[0].type'],
    [at({ type: 'tool_addition', tool: {} }), `${first}.type`],
  ])('what another target may have: %j', (more, param) => {
    expect(refusalOf(more)).toEqual({ code: 'unsupported_parameter', param })
  })

  test.each(['web_search_20250305', 'web_fetch_20250910'])(
    "%s, of Claude at Bedrock: it runs on Anthropic's servers",
    type => {
      expect(refusalOf({ tools: [{ type, name: 'web' }] }, bedrock)).toEqual({
        code: 'unsupported_parameter',
        param: 'tools[0].type',
      })
      const { tools } = call({ tools: [{ type: 'bash_20250124', name: 'bash' }] }, bedrock).options
      expect(tools).toMatchObject([{ id: 'anthropic.bash_20250124' }])
    },
  )
})
