import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import type { Thinking } from '../../src/translate/thinking.ts'
import { readPages, withParameter } from '../../src/vendors/model-list.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'

/** What a model must be able to do to be callable here: live and batch-only models are not. */
const callable = new Set(['generateContent', 'embedContent', 'predict'])

/**
 * Gemini 2.5 is told how many tokens it may think (https://ai.google.dev/gemini-api/docs/thinking), later ones are told a
 * level. Those before do not think.
 */
function thinkingOf(model: string): Thinking | undefined {
  if (/^gemini-(?:1|2\.0)/.test(model)) return { thinks: false }
  const range = ranges.find(([name]) => name.test(model))
  if (range === undefined) return undefined
  const [, least, most] = range
  return { budget: { least, most, toOptions: thinkingBudget => ({ thinkingConfig: { thinkingBudget } }) } }
}

const ranges: readonly (readonly [name: RegExp, least: number, most: number])[] = [
  [/^gemini-2\.5-pro/, 128, 32_768],
  [/^gemini-2\.5-flash-lite/, 512, 24_576],
  [/^gemini-2\.5-flash(?!-image)/, 1, 24_576],
]

/**
 * Google's Gemini API. Google also answers in OpenAI's language, as a beta; through the package all of its parameters,
 * thought signatures, files and grounding can be had from every language.
 */
export default modelProvider({
  name: 'gemini',
  about: 'Gemini models of Google, by API key.',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  path: '/v1beta',
  aliases: { apiKey: ['GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'] },
  credentials: key => ({ 'x-goog-api-key': key }),
  offers: ['language', 'embedding', 'image', 'speech', 'transcription'],
  optionsKey: 'google',
  thinking: thinkingOf,
  readsToolUrls: false,
  async load({ baseUrl, fetch }) {
    const { createGoogle } = await import('@ai-sdk/google')
    return createGoogle({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
  },
  models: ({ provider, baseUrl, get }) =>
    readPages({
      provider,
      url: `${baseUrl}/models?pageSize=1000`,
      get,
      shape: {
        list: 'models',
        read: ({ name, supportedGenerationMethods: methods }) =>
          Array.isArray(methods) && methods.some(method => callable.has(method))
            ? { id: String(name).replace(/^models\//, ''), ownedBy: 'google' }
            : undefined,
        next: ({ nextPageToken }, url) => withParameter(url, 'pageToken', nextPageToken),
      },
    }),
})
