import type { SpeechModelV4 } from '@ai-sdk/provider'
import { refuse } from '../../src/errors.ts'
import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { readModels } from '../../src/vendors/model-list.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { withAddress } from '../../src/vendors/with-address.ts'

const BASE_URL = 'https://api.elevenlabs.io/v1'

/**
 * Voices go by their ids. Accounts whose data stay in the European Union set
 * `ELEVENLABS_BASE_URL=https://api.eu.residency.elevenlabs.io`. The list
 * (https://elevenlabs.io/docs/api-reference/models/list) has what speaks, not what listens (`scribe_v2`).
 */
export default modelProvider({
  name: 'elevenlabs',
  about: 'Voices of ElevenLabs, and models that listen.',
  baseUrl: BASE_URL,
  path: '/v1',
  credentials: key => ({ 'xi-api-key': key }),
  offers: ['speech', 'transcription'],
  async load({ baseUrl, fetch }) {
    const { createElevenLabs } = await import('@ai-sdk/elevenlabs')
    const elevenlabs = createElevenLabs({
      apiKey: KEY_IN_FETCH,
      fetch: withAddress(fetch, { known: BASE_URL, baseUrl }),
    })
    return {
      speechModel: id => withSafeVoice(elevenlabs.speech(id)),
      transcriptionModel: id => elevenlabs.transcription(id),
    }
  },
  models: async ({ provider, baseUrl, get }) =>
    readModels(provider, await get(`${baseUrl}/models`), {
      list: 'models',
      read: ({ model_id, can_do_text_to_speech: speaks }) =>
        speaks === false ? undefined : { id: model_id, ownedBy: 'elevenlabs' },
    }),
})

/** The package puts voices into addresses as they are: `../models` would make the call another one. */
const withSafeVoice = (model: SpeechModelV4): SpeechModelV4 => ({
  specificationVersion: model.specificationVersion,
  provider: model.provider,
  modelId: model.modelId,
  async doGenerate(options) {
    if (!/^\w+$/.test(options.voice ?? ''))
      refuse('invalid_request', 'Field "voice" must be the id of a voice: letters and digits', {
        param: 'voice',
      })
    return model.doGenerate(options)
  },
})
