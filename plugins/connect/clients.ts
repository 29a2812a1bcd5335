import { shell } from '../../views/quote.ts'
import { agents } from './agents.ts'
import { CHAT, type Client, exports, OLLAMA, SHELL } from './client.ts'
import { libraries } from './libraries.ts'

const others: readonly Client[] = [
  {
    id: 'curl',
    name: 'curl',
    group: 'Anything else',
    speaks: CHAT,
    pieces: ({ address, model, key }) => [
      {
        place: SHELL,
        text: `curl ${shell(`${address}/v1/chat/completions`)} \\
  -H ${shell(`authorization: Bearer ${key}`)} \\
  -H 'content-type: application/json' \\
  -d ${shell(JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }))}`,
      },
      {
        place: 'What may be called',
        text: `curl ${shell(`${address}/v1/models`)} -H ${shell(`authorization: Bearer ${key}`)}`,
      },
    ],
  },
  {
    id: 'open-webui',
    name: 'Open WebUI',
    group: 'Anything else',
    speaks: OLLAMA,
    pieces: ({ address, key }) => [
      { place: 'Admin Panel → Settings → Connections → Ollama API → +', text: address },
      { place: 'Auth: Bearer', text: key },
    ],
    note: 'It lists all models that the key may use, each with a tag at its end (“:latest”), which may be left out elsewhere.',
  },
  {
    id: 'environment',
    name: 'Variables',
    group: 'Anything else',
    speaks: 'what it speaks',
    pieces: ({ address, key }) => [
      {
        place: 'For programs that use a library of OpenAI',
        text: exports({ OPENAI_BASE_URL: `${address}/v1`, OPENAI_API_KEY: key }),
      },
      {
        place: 'For programs that use a library of Anthropic',
        text: exports({ ANTHROPIC_BASE_URL: address, ANTHROPIC_API_KEY: key }),
      },
      {
        place: 'For programs that use a library of Google',
        text: exports({ GOOGLE_GEMINI_BASE_URL: address, GEMINI_API_KEY: key }),
      },
      {
        place: 'For programs that know Ollama only',
        text: exports({ OLLAMA_HOST: address, OLLAMA_API_KEY: key }),
      },
    ],
    note: 'The libraries read them by themselves. The model is then named in the program.',
  },
]

/** In the order of the page. */
export const clients: readonly Client[] = [...agents, ...libraries, ...others]
