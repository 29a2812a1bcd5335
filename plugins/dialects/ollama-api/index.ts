import type { Dialect } from '../../../src/contract/dialect.ts'
import { listOf, textOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Catalog } from '../../catalog/model.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { VirtualModelSource } from '../../virtual-models/model.ts'
import { createAnswers, head, type Said } from './answer.ts'
import { chatCall, generateCall } from './call.ts'
import { embedder, type Manner, several, single } from './embed.ts'
import { examples } from './examples.ts'
import { lens } from './lens.ts'
import { createListApi } from './list.ts'
import { createRead, createRoute } from './names.ts'
import { presetOfChat, presetOfGenerate } from './preset.ts'
import { questionOfChat, questionOfGenerate } from './question.ts'
import { toError, toErrorEvent } from './refusal.ts'
import { unmanaged } from './unmanaged.ts'

type Clock = () => number
type Read = NonNullable<Dialect['read']>

const inChat = ({ text: content, ...said }: Said) => ({ message: { role: 'assistant', content, ...said } })
const inGenerate = ({ text: response, ...said }: Said) => ({ response, ...said })

const saysMessages = ({ messages }: JsonObject): boolean => listOf(messages).length > 0
const saysPrompt = ({ prompt }: JsonObject): boolean => textOf(prompt) !== ''

/** What all of them have in common. */
const shared = (read: Read) =>
  ({
    ...lens,
    read,
    forwardedHeaders: [],
    refusal: toError,
    refusalEvent: toErrorEvent,
  }) satisfies Partial<Dialect>

/** Who says nothing wants a model to be loaded, or unloaded; `empty` is where nothing is said. */
const loadingWith = (empty: JsonObject, says: (body: JsonObject) => boolean, now: Clock) =>
  function unasked(body: JsonObject, { model }: { readonly model: string }): JsonObject | undefined {
    if (says(body)) return undefined
    return {
      ...head(model, now),
      ...empty,
      done: true,
      done_reason: body.keep_alive === 0 ? 'unload' : 'load',
    }
  }

/** Conversations: https://docs.ollama.com/api/chat */
const createChat = (read: Read, now: Clock): Dialect => ({
  ...shared(read),
  name: 'ollama-chat',
  path: '/api/chat',
  about: "A message, in Ollama's language",
  example: examples.chat,
  framing: 'lines',
  preset: presetOfChat,
  isStream: body => body.stream !== false && saysMessages(body),
  isRepeatable: saysMessages,
  question: questionOfChat,
  translation: {
    kind: 'language',
    unasked: loadingWith(inChat({ text: '' }), saysMessages, now),
    toCall: chatCall,
    ...createAnswers(inChat, now),
  },
})

/** Answers to one prompt: https://docs.ollama.com/api/generate */
const createGenerate = (read: Read, now: Clock): Dialect => ({
  ...shared(read),
  name: 'ollama-generate',
  path: '/api/generate',
  operation: 'text_completion',
  about: "An answer to a prompt, in Ollama's language",
  example: examples.generate,
  framing: 'lines',
  preset: presetOfGenerate,
  isStream: body => body.stream !== false && saysPrompt(body),
  isRepeatable: saysPrompt,
  question: questionOfGenerate,
  translation: {
    kind: 'language',
    unasked: loadingWith(inGenerate({ text: '' }), saysPrompt, now),
    toCall: generateCall,
    ...createAnswers(inGenerate, now),
  },
})

function createEmbed(read: Read, manner: Manner, now: Clock): Omit<Dialect, 'name' | 'path' | 'about'> {
  const { finish: _, isPreamble: __, ...rest } = shared(read)
  return {
    ...rest,
    isStream: () => false,
    isRepeatable: () => true,
    translation: { kind: 'embedding', run: embedder(manner, now) },
  }
}

const createEmbeds = (read: Read, now: Clock): Dialect[] => [
  {
    ...createEmbed(read, several, now),
    name: 'ollama-embed',
    path: '/api/embed',
    about: "Vectors of texts, in Ollama's language",
    example: examples.embed,
  },
  {
    ...createEmbed(read, single, now),
    name: 'ollama-embeddings',
    path: '/api/embeddings',
    about: 'The vector of one text, in the way that came before',
    example: examples.embeddings,
  },
]

export default definePlugin({
  name: 'ollama-api',
  about: "Speaks Ollama's API: chat, generate, embeddings and the list of models.",
  needs: ['model-lists', 'virtual-models', 'catalog'],
  setup({ now, use, decide }) {
    const lists = use<ModelLists>('model-lists')
    const read = createRead({ lists, virtual: use<VirtualModelSource>('virtual-models') })
    return {
      route: createRoute({ decide }),
      dialects: [createChat(read, now), createGenerate(read, now), ...createEmbeds(read, now)],
      api: [...createListApi(use<Catalog>('catalog')), ...unmanaged],
    }
  },
})
