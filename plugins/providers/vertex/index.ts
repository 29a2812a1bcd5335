import * as v from 'valibot'
import type { UpstreamCall } from '../../../src/contract/provider.ts'
import { concealed, says, shown, text } from '../../../src/contract/settings.ts'
import { withoutBlankTexts } from '../../../src/translate/blank-texts.ts'
import { PLAIN_IDS } from '../../../src/translate/call-ids.ts'
import { withFreeName } from '../../../src/translate/free-name.ts'
import { KEY_IN_FETCH } from '../../../src/translate/offers.ts'
import { modelProvider } from '../../../src/vendors/model-provider.ts'
import {
  claudeEndings,
  claudeNames,
  claudeSampling,
  refusesLateSystem,
  withSilentLimit,
} from '../../families/claude.ts'
import { withNewEvents } from '../../families/claude-events.ts'
import { claudeEarlyUsage, claudeUsage } from '../../families/claude-usage.ts'
import { geminiEndings, geminiNames, geminiSampling } from '../../families/gemini.ts'
import { withFiles } from '../../families/gemini-files.ts'
import { geminiUsage } from '../../families/gemini-lens.ts'
import { isCredentials, readCredentials } from './credentials.ts'
import { thinkingOf } from './thinking.ts'
import { createTokens, tokenOrigin } from './token.ts'

type Field = 'project' | 'location' | 'credentials'

const segment = (what: string) => v.pipe(text(), v.regex(/^[a-z0-9][a-z0-9.:-]*$/, `expected ${what}`))
const location = v.pipe(text(), v.regex(/^[a-z0-9-]+$/, 'expected a location such as europe-west4 or global'))

const EXPRESS = 'https://aiplatform.googleapis.com/v1'

const isClaude = (model: string): boolean => model.startsWith('claude-')

function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com'
  return location === 'eu' || location === 'us'
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`
}

/**
 * Google Cloud's Vertex AI: Gemini and Imagen by their names, Claude by names that begin with `claude-`, tuned models as
 * `endpoints/ID`. `VERTEX_CREDENTIALS` is the key of a service account (JSON, or the path of its file), or `metadata` on
 * a machine of Google Cloud; `VERTEX_API_KEY` (express mode) reaches Gemini alone. There is no list of what a project
 * may call, so `VERTEX_MODELS` says what there is.
 *
 * Tokens are bought here, through the guarded fetch: the package would do it by itself, past the gateway, and would use
 * whatever identity it finds on the machine. What is left out for it: transcription, which is another service of Google.
 */
export default modelProvider<Field>({
  name: 'vertex',
  knownAs: ['vertex-ai-beta'],
  about: 'Gemini and Claude at Vertex AI in Google Cloud.',
  fields: {
    project: says('The id of a project', shown(segment('the id of a project'))),
    location: says('Where its models run: global, or a region such as europe-west4', shown(location)),
    credentials: says(
      'The key of a service account, the path of its file, or "metadata" on a machine there',
      concealed(text()),
    ),
  },
  typed: {
    credentials: says(
      'The key of a service account, as JSON',
      concealed(
        v.pipe(
          text(),
          v.check(
            isCredentials,
            'expected the JSON of a key: files, and what this machine is trusted with, are for the configuration',
          ),
        ),
      ),
    ),
  },
  borrows: [
    { project: ['GOOGLE_CLOUD_PROJECT', 'GOOGLE_VERTEX_PROJECT'] },
    { location: ['GOOGLE_CLOUD_LOCATION', 'GOOGLE_VERTEX_LOCATION'] },
    { credentials: ['GOOGLE_APPLICATION_CREDENTIALS'] },
  ],
  missing({ apiKey, baseUrl, project, location, credentials }, nameOf) {
    if (apiKey !== undefined || baseUrl !== undefined) return undefined
    const lacking = Object.entries({ project, location, credentials }).filter(
      ([, value]) => value === undefined,
    )
    if (lacking.length === 0) return undefined
    const names = lacking.map(([field]) => nameOf(field as Field)).join(' and ')
    return lacking.length === 3 ? `${names}, or ${nameOf('apiKey')}` : names
  },
  address: ({ apiKey, project, location }) =>
    apiKey === undefined
      ? `https://${hostOf(location!)}/v1beta1/projects/${project}/locations/${location}`
      : EXPRESS,
  async access({ name, settings: { apiKey, credentials: said }, host }) {
    if (apiKey !== undefined) return { headers: { 'x-goog-api-key': apiKey } }
    if (said === undefined) return { headers: {} }
    const credentials = await readCredentials(name, said)
    const token = createTokens({ provider: name, credentials, host })
    return {
      headers: {},
      origins: [tokenOrigin(credentials)],
      sign: async (call: UpstreamCall) => ({
        ...call,
        headers: { ...call.headers, authorization: `Bearer ${await token()}` },
      }),
    }
  },
  offers: ['language', 'embedding', 'image', 'speech'],
  callIds: model => (isClaude(model) ? PLAIN_IDS : undefined),
  toolNames: model => (isClaude(model) ? claudeNames : geminiNames),
  sampling: model => (isClaude(model) ? claudeSampling : geminiSampling),
  optionsKey: model => (isClaude(model) ? 'anthropic' : 'google'),
  thinking: thinkingOf,
  refusesLateSystem: model => isClaude(model) && refusesLateSystem(model),
  usage: (usage, raw) => (raw.promptTokenCount === undefined ? claudeUsage(usage, raw) : geminiUsage(raw)),
  earlyUsage: claudeEarlyUsage,
  endings: { ...geminiEndings, ...claudeEndings },
  readsToolUrls: false,
  async load({ baseUrl, settings, fetch }) {
    const [{ createGoogleVertex }, { createGoogleVertexAnthropic }, { createGoogle }] = await Promise.all([
      import('@ai-sdk/google-vertex/edge'),
      import('@ai-sdk/google-vertex/anthropic/edge'),
      import('@ai-sdk/google'),
    ])
    const { project = '', location = 'global' } = settings
    const publishers = `${baseUrl}/publishers`
    const google = createGoogleVertex({
      baseURL: `${publishers}/google`,
      apiKey: KEY_IN_FETCH,
      project,
      location,
      fetch,
    })
    const claude = createGoogleVertexAnthropic({
      // Models of partners are called in version 1.
      baseURL: `${publishers.replace('/v1beta1/', '/v1/')}/anthropic/models`,
      project,
      location,
      generateAuthToken: async () => KEY_IN_FETCH,
      fetch,
    })
    const tuned = createGoogle({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
    return {
      languageModel: id => {
        if (isClaude(id))
          return withFreeName(
            withoutBlankTexts(withSilentLimit(withNewEvents(claude.languageModel(id)))),
            'json',
          )
        const gemini = id.startsWith('endpoints/') ? tuned : google
        return withFreeName(withFiles(gemini.languageModel(id)), 'json')
      },
      embeddingModel: id => google.embeddingModel(id),
      imageModel: id => google.imageModel(id),
      speechModel: id => google.speechModel(id),
    }
  },
})
