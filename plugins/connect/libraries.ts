import { CHAT, type Client, GENERATE, MESSAGES, OLLAMA, RESPONSES, SHELL } from './client.ts'
import { code, json } from './quote.ts'

/** Libraries, each in a program that makes one call. */
export const libraries: readonly Client[] = [
  {
    id: 'openai-js',
    name: 'OpenAI, JavaScript',
    group: 'Libraries',
    speaks: 'OpenAI chat and Responses',
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'npm install openai' },
      {
        place: 'app.mjs',
        text: `import OpenAI from 'openai'

const openai = new OpenAI({ baseURL: ${code(`${address}/v1`)}, apiKey: ${code(key)} })
const answer = await openai.chat.completions.create({
  model: ${code(model)},
  messages: [{ role: 'user', content: 'Hello' }],
})
console.log(answer.choices[0].message.content)`,
      },
    ],
  },
  {
    id: 'openai-python',
    name: 'OpenAI, Python',
    group: 'Libraries',
    speaks: 'OpenAI chat and Responses',
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'pip install openai' },
      {
        place: 'app.py',
        text: `from openai import OpenAI

client = OpenAI(base_url=${json(`${address}/v1`)}, api_key=${json(key)})
answer = client.chat.completions.create(
    model=${json(model)},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
      },
    ],
  },
  {
    id: 'anthropic-js',
    name: 'Anthropic, JavaScript',
    group: 'Libraries',
    speaks: MESSAGES,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'npm install @anthropic-ai/sdk' },
      {
        place: 'app.mjs',
        text: `import Anthropic from '@anthropic-ai/sdk'

const anthropic = new Anthropic({ baseURL: ${code(address)}, apiKey: ${code(key)} })
const message = await anthropic.messages.create({
  model: ${code(model)},
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Hello' }],
})
for (const block of message.content) if (block.type === 'text') console.log(block.text)`,
      },
    ],
    note: 'Its address has no “/v1” at the end: the library adds it.',
  },
  {
    id: 'anthropic-python',
    name: 'Anthropic, Python',
    group: 'Libraries',
    speaks: MESSAGES,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'pip install anthropic' },
      {
        place: 'app.py',
        text: `from anthropic import Anthropic

client = Anthropic(base_url=${json(address)}, api_key=${json(key)})
message = client.messages.create(
    model=${json(model)},
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print("".join(block.text for block in message.content if block.type == "text"))`,
      },
    ],
    note: 'Its address has no “/v1” at the end: the library adds it.',
  },
  {
    id: 'ollama-js',
    name: 'Ollama, JavaScript',
    group: 'Libraries',
    speaks: OLLAMA,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'npm install ollama' },
      {
        place: 'app.mjs',
        text: `import { Ollama } from 'ollama'

const ollama = new Ollama({
  host: ${code(address)},
  headers: { authorization: ${code(`Bearer ${key}`)} },
})
const { message } = await ollama.chat({
  model: ${code(model)},
  messages: [{ role: 'user', content: 'Hello' }],
})
console.log(message.content)`,
      },
    ],
  },
  {
    id: 'ollama-python',
    name: 'Ollama, Python',
    group: 'Libraries',
    speaks: OLLAMA,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'pip install ollama' },
      {
        place: 'app.py',
        text: `from ollama import Client

client = Client(
    host=${json(address)},
    headers={"authorization": ${json(`Bearer ${key}`)}},
)
answer = client.chat(
    model=${json(model)},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.message.content)`,
      },
    ],
  },
  {
    id: 'google-js',
    name: 'Google Gen AI, JavaScript',
    group: 'Libraries',
    speaks: GENERATE,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'npm install @google/genai' },
      {
        place: 'app.mjs',
        text: `import { GoogleGenAI } from '@google/genai'

const ai = new GoogleGenAI({ apiKey: ${code(key)}, httpOptions: { baseUrl: ${code(address)} } })
const answer = await ai.models.generateContent({ model: ${code(model)}, contents: 'Hello' })
console.log(answer.text)`,
      },
    ],
    note: 'Its address has no “/v1beta” at the end: the library adds it.',
  },
  {
    id: 'google-python',
    name: 'Google Gen AI, Python',
    group: 'Libraries',
    speaks: GENERATE,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'pip install google-genai' },
      {
        place: 'app.py',
        text: `from google import genai

client = genai.Client(api_key=${json(key)}, http_options={"base_url": ${json(address)}})
answer = client.models.generate_content(model=${json(model)}, contents="Hello")
print(answer.text)`,
      },
    ],
    note: 'Its address has no “/v1beta” at the end: the library adds it.',
  },
  {
    id: 'ai-sdk',
    name: 'Vercel AI SDK',
    group: 'Libraries',
    speaks: RESPONSES,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'npm install ai @ai-sdk/openai' },
      {
        place: 'app.mjs',
        text: `import { createOpenAI } from '@ai-sdk/openai'
import { generateText } from 'ai'

const modelway = createOpenAI({ baseURL: ${code(`${address}/v1`)}, apiKey: ${code(key)} })
const { text } = await generateText({ model: modelway(${code(model)}), prompt: 'Hello' })
console.log(text)`,
      },
    ],
    note: '“modelway.chat(…)” makes it speak OpenAI chat instead.',
  },
  {
    id: 'langchain',
    name: 'LangChain, Python',
    group: 'Libraries',
    speaks: CHAT,
    pieces: ({ address, model, key }) => [
      { place: SHELL, text: 'pip install langchain-openai' },
      {
        place: 'app.py',
        text: `from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model=${json(model)}, base_url=${json(`${address}/v1`)}, api_key=${json(key)})
print(llm.invoke("Hello").content)`,
      },
    ],
  },
]
