import type { ModelFacts } from '../../src/contract/model.ts'
import { shell } from '../../views/quote.ts'
import { CHAT, type Client, exports, GENERATE, MESSAGES, RESPONSES, SHELL } from './client.ts'
import { json } from './quote.ts'

/**
 * What agents have to be told of a model whose name they do not know, in tokens: they shorten a conversation before it is
 * too long. Where it is not known, as much as most models take that write code.
 */
const [READS, WRITES] = [200_000, 32_000]

/** A conversation is the longer, the less of the window is kept free for an answer. */
function limitsOf({ contextWindow: reads = READS, maxOutput = WRITES }: ModelFacts) {
  return { reads, writes: Math.min(maxOutput, Math.floor(reads / 4)) }
}

const guessed = ({ contextWindow }: ModelFacts): string =>
  contextWindow === undefined ? ', which is not known here: say how many' : ''

/** Agents that write code, as they are set up to be led here. */
export const agents: readonly Client[] = [
  {
    id: 'claude-code',
    name: 'Claude Code',
    group: 'Coding agents',
    speaks: MESSAGES,
    pieces: ({ address, model, key, can }) => [
      {
        place: SHELL,
        text: `${exports({
          ANTHROPIC_BASE_URL: address,
          ANTHROPIC_AUTH_TOKEN: key,
          ANTHROPIC_MODEL: model,
          // Its small tasks, its subagents and its menu of models know these tiers, and would ask for Anthropic's own.
          ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
          ANTHROPIC_DEFAULT_SONNET_MODEL: model,
          ANTHROPIC_DEFAULT_OPUS_MODEL: model,
          ANTHROPIC_DEFAULT_FABLE_MODEL: model,
          CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(can.contextWindow ?? 128_000),
        })}\nclaude`,
      },
    ],
    note:
      'The HAIKU model does small background tasks: a cheaper one will do. Of a name that is not Claude’s, Claude Code ' +
      'believes that a million tokens fit into it, unless the last variable says how many do. What it calls auto mode ' +
      'asks before risky steps where another provider than Anthropic serves: the check of them runs there.',
  },
  {
    id: 'codex',
    name: 'Codex',
    group: 'Coding agents',
    speaks: RESPONSES,
    pieces: ({ address, model, key, can }) => [
      {
        place: '~/.codex/config.toml',
        text: `model = ${json(model)}
model_provider = "modelway"
model_context_window = ${limitsOf(can).reads} # tokens that the model reads${guessed(can)}

[model_providers.modelway]
name = "Modelway"
base_url = ${json(`${address}/v1`)}
env_key = "MODELWAY_KEY"
wire_api = "responses"`,
      },
      { place: SHELL, text: `${exports({ MODELWAY_KEY: key })}\ncodex` },
    ],
    note: 'Codex says that it has no metadata of the model, and works without. It shortens a conversation in time if “model_context_window” is what the model reads.',
  },
  {
    id: 'gemini-cli',
    name: 'Gemini CLI',
    group: 'Coding agents',
    speaks: GENERATE,
    pieces: ({ address, model, key }) => [
      {
        place: '~/.gemini/settings.json',
        text: JSON.stringify({ security: { auth: { selectedType: 'gemini-api-key' } } }, null, 2),
      },
      {
        place: SHELL,
        text: `${exports({ GOOGLE_GEMINI_BASE_URL: address, GEMINI_API_KEY: key, GEMINI_MODEL: model })}\ngemini`,
      },
    ],
    note:
      'Some of its own small tasks (a search of the web, the shortening of a long conversation) ask models by the names ' +
      'that Google has for them: redirects with these names, such as “gemini-2.5-flash”, lead them where you want.',
  },
  {
    id: 'opencode',
    name: 'opencode',
    group: 'Coding agents',
    speaks: CHAT,
    pieces: ({ address, model, key, can }) => [
      {
        place: 'opencode.json',
        text: JSON.stringify(
          {
            $schema: 'https://opencode.ai/config.json',
            provider: {
              modelway: {
                npm: '@ai-sdk/openai-compatible',
                name: 'Modelway',
                options: { baseURL: `${address}/v1`, apiKey: key },
                models: {
                  [model]: {
                    name: model,
                    limit: { context: limitsOf(can).reads, output: limitsOf(can).writes },
                  },
                },
              },
            },
            model: `modelway/${model}`,
          },
          null,
          2,
        ),
      },
      { place: SHELL, text: 'opencode' },
    ],
    note: 'It shortens a conversation in time if “limit” is what the model reads and writes, in tokens.',
  },
  {
    id: 'aider',
    name: 'aider',
    group: 'Coding agents',
    speaks: CHAT,
    pieces: ({ address, model, key }) => [
      {
        place: SHELL,
        text: `${exports({ OPENAI_API_BASE: `${address}/v1`, OPENAI_API_KEY: key })}
aider --model ${shell(`openai/${model}`)}`,
      },
    ],
    note:
      'The prefix “openai/” is for aider, and tells it how to call: it does not arrive here. Of a model that it does not ' +
      'know aider wants whole files; a strong one may be asked for less with “--edit-format diff”.',
  },
  {
    id: 'cline',
    name: 'Cline',
    group: 'Coding agents',
    speaks: CHAT,
    pieces: ({ address, model, key }) => [
      { place: 'Settings → API Provider', text: 'OpenAI Compatible' },
      { place: 'Base URL', text: `${address}/v1` },
      { place: 'API Key', text: key },
      { place: 'Model ID', text: model },
    ],
  },
  {
    id: 'continue',
    name: 'Continue',
    group: 'Coding agents',
    speaks: CHAT,
    pieces: ({ address, model, key }) => [
      {
        place: '~/.continue/config.yaml',
        text: `name: Modelway
version: 1.0.0
schema: v1
models:
  - name: ${json(model)}
    provider: openai
    model: ${json(model)}
    apiBase: ${json(`${address}/v1`)}
    apiKey: ${json(key)}
    roles: [chat, edit, apply]`,
      },
    ],
  },
]
