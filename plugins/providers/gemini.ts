import { withFreeName } from '../../src/translate/free-name.ts'
import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import type { JsonObject } from '../../src/types.ts'
import { checkId } from '../../src/upstream/model-id.ts'
import { readPages, withParameter } from '../../src/vendors/model-list.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { gemini, geminiEndings, geminiNames, geminiSampling } from '../families/gemini.ts'
import { withFiles } from '../families/gemini-files.ts'
import { geminiUsage } from '../families/gemini-lens.ts'

/** What a model must be able to do to be callable here: live and batch-only models are not. */
const callable = new Set(['generateContent', 'embedContent', 'predict'])

/** Ids with a slash say what they are: `tunedModels/…`. */
const placeOf = (model: string): `/${string}` => {
  checkId(model)
  return model.includes('/') ? `/${model}` : `/models/${model}`
}

/** What https://ai.google.dev/api/models says of a model. */
const factsOf = ({ inputTokenLimit, outputTokenLimit, thinking }: JsonObject) => ({
  contextWindow: inputTokenLimit,
  maxOutput: outputTokenLimit,
  reasoning: thinking,
})

/**
 * Google's Gemini API: in its own language as bytes. Google also answers in OpenAI's, as a beta; through the package all
 * of its parameters, thought signatures, files and grounding can be had from every other language.
 */
export default modelProvider({
  name: 'gemini',
  knownAs: ['google'],
  about: 'Gemini models of Google, by API key.',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  path: '/v1beta',
  aliases: { apiKey: ['GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'] },
  credentials: key => ({ 'x-goog-api-key': key }),
  own: {
    'google-generate-content': ({ model, stream }) =>
      `${placeOf(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    'google-count-tokens': ({ model }) => `${placeOf(model)}:countTokens`,
  },
  offers: ['language', 'embedding', 'image', 'speech', 'transcription'],
  optionsKey: 'google',
  thinking: gemini,
  // The package does not tell sounds and images from words.
  usage: (_, raw) => geminiUsage(raw),
  readsToolUrls: false,
  toolNames: geminiNames,
  sampling: geminiSampling,
  endings: geminiEndings,
  async load({ baseUrl, fetch }) {
    const { createGoogle } = await import('@ai-sdk/google')
    const google = createGoogle({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
    return { ...google, languageModel: id => withFreeName(withFiles(google.languageModel(id)), 'json') }
  },
  models: ({ provider, baseUrl, get }) =>
    readPages({
      provider,
      url: `${baseUrl}/models?pageSize=1000`,
      get,
      shape: {
        list: 'models',
        read: ({ name, supportedGenerationMethods: methods, ...more }) =>
          Array.isArray(methods) && methods.some(method => callable.has(method))
            ? { id: String(name).replace(/^models\//, ''), ownedBy: 'google', facts: factsOf(more) }
            : undefined,
        next: ({ nextPageToken }, url) => withParameter(url, 'pageToken', nextPageToken),
      },
    }),
})
