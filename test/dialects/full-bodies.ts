import { PIXEL } from '../mock/images.ts'

/** Bodies that say everything at once, as far as every provider takes it. */

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const png = `data:image/png;base64,${PIXEL}`
const cache_control = { type: 'ephemeral' }

const chat = {
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'developer', content: 'In English.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look', cache_control },
        { type: 'image_url', image_url: { url: png, detail: 'auto' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Well' },
        { type: 'refusal', refusal: 'No' },
      ],
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'go', arguments: '{}' } },
        { id: 'c2', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '1' }] },
    { role: 'tool', tool_call_id: 'c2', content: '2' },
  ],
  tools: [
    { type: 'function', function: { name: 'go', description: 'Goes.', parameters: schema, strict: false } },
    { type: 'custom', custom: { name: 'sql', description: 'Asks.', format: { type: 'text' } } },
  ],
  tool_choice: {
    type: 'allowed_tools',
    allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'go' } }] },
  },
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: false } },
  reasoning: { effort: 'low' },
  thinking: { type: 'enabled' },
  stream_options: { include_usage: true },
  max_tokens: 9000,
}

const text = (words: string) => ({ type: 'text', text: words, cache_control })
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
const found = {
  type: 'search_result',
  source: 'https://a.example',
  title: 'A',
  content: [text('Found')],
  citations: { enabled: false },
}
const paper = {
  type: 'document',
  title: 'T',
  context: 'C',
  citations: { enabled: false },
  source: { type: 'content', content: [text('Page')] },
}

const messages = {
  max_tokens: 9000,
  system: [text('Be brief.')],
  messages: [
    { role: 'user', content: [text('Look'), image, found, paper] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'c2ln' },
        text('Well'),
        { type: 'tool_use', id: 't1', name: 'go', input: {}, caller: { type: 'direct' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 't1',
          is_error: false,
          content: [text('1'), image, found, { type: 'tool_reference', tool_name: 'go' }],
        },
      ],
    },
  ],
  tools: [{ name: 'go', description: 'Goes.', input_schema: schema, strict: false }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: false },
  thinking: { type: 'adaptive' },
  output_config: { effort: 'low', format: { type: 'json_schema', schema } },
  metadata: { user_id: 'u' },
}

const go = { type: 'function', name: 'go', description: 'Goes.', parameters: schema, strict: false }
const sql = { type: 'custom', name: 'sql', description: 'Asks.', format: { type: 'text' } }
const responses = {
  input: [
    { role: 'developer', content: [{ type: 'input_text', text: 'In English.' }] },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image_url: png, detail: 'auto' },
      ],
    },
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' },
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      phase: 'commentary',
      content: [
        { type: 'output_text', text: 'Well', annotations: [], logprobs: [] },
        { type: 'refusal', refusal: 'No' },
      ],
    },
    { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'go', arguments: '{}', status: 'completed' },
    { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_text', text: '1' }] },
    { type: 'custom_tool_call', call_id: 'c2', name: 'sql', input: 'SELECT 1' },
    { type: 'custom_tool_call_output', call_id: 'c2', output: '2' },
    {
      type: 'local_shell_call',
      id: 'l',
      call_id: 'c3',
      status: 'completed',
      action: { type: 'exec', command: ['ls'], env: {} },
    },
    { type: 'local_shell_call_output', id: 'c3', output: 'a' },
    { type: 'shell_call', call_id: 'c4', status: 'completed', action: { commands: ['ls'] } },
    { type: 'shell_call_output', call_id: 'c4', output: [{ stdout: 'a' }] },
    { type: 'additional_tools', role: 'developer', tools: [{ ...go, name: 'more' }] },
    { role: 'user', content: 'And then?' },
  ],
  tools: [
    go,
    sql,
    { type: 'namespace', name: 'n', description: 'N.', tools: [{ ...go, name: 'far' }] },
    { type: 'local_shell' },
    { type: 'shell', environment: { type: 'local' } },
    { type: 'apply_patch' },
  ],
  tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'go' }] },
  text: { format: { type: 'json_schema', name: 'a', schema, strict: false }, verbosity: 'medium' },
  reasoning: { effort: 'low', summary: 'auto' },
  stream_options: { include_obfuscation: false },
}

const google = {
  systemInstruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
  contents: [
    { role: 'user', parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] },
    {
      role: 'model',
      parts: [
        { text: 'Hm', thought: true },
        { text: 'Well' },
        { functionCall: { id: 'c1', name: 'go', args: {} }, thoughtSignature: 'c2ln' },
      ],
    },
    { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'go', response: { output: '1' } } }] },
    { role: 'user', parts: [{ text: 'And then?' }] },
  ],
  tools: [{ functionDeclarations: [{ name: 'go', description: 'Goes.', parametersJsonSchema: schema }] }],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['go'] } },
  generationConfig: {
    temperature: 0.5,
    maxOutputTokens: 3000,
    responseMimeType: 'application/json',
    responseJsonSchema: schema,
    thinkingConfig: { thinkingBudget: 2000, includeThoughts: true },
  },
}

export const fullBodies = { chat, messages, responses, google }

/** Where anything may stand: schemas, inputs of tools, what a shell printed. */
const FREE =
  /(?:parameters|schema|JsonSchema|args|response|input_schema|input|env|cache_control|caller|shell_call_output\.output|environment)$/

/** The places of all objects in a body whose members a language knows, as paths. */
export function placesIn(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each, i) => placesIn(each, [...path, i]))
  const last = path.at(-1)
  if (typeof last === 'string' && path.length > 1 && FREE.test(last)) return []
  const { type } = value as { type?: unknown }
  const inner = Object.entries(value).flatMap(([name, each]) =>
    type === 'shell_call_output' && name === 'output' ? [] : placesIn(each, [...path, name]),
  )
  return path.length === 0 ? inner : [[...path], ...inner]
}

/** A copy of the body with one more member at a place. */
export function withMember(body: object, path: readonly (string | number)[], name: string): object {
  const copy = structuredClone(body)
  // biome-ignore lint/suspicious/noExplicitAny: a walk through any JSON
  const target = path.reduce<any>((at, step) => at[step], copy)
  target[name] = 1
  return copy
}

export const placeOf = (path: readonly (string | number)[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
