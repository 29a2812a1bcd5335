import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { type ListShape, readModels } from '../../src/vendors/model-list.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { withAddress } from '../../src/vendors/with-address.ts'

const BASE_URL = 'https://api.deepgram.com/v1'

/** Of what listens, that which only listens to streams cannot be called with a file. */
const read: ListShape['read'] = ({ canonical_name, batch }) =>
  batch === false ? undefined : { id: canonical_name, ownedBy: 'deepgram' }

/**
 * The voice is part of a model's name: `aura-2-thalia-en`. What the list says:
 * https://developers.deepgram.com/reference/manage/models/list
 */
export default modelProvider({
  name: 'deepgram',
  about: 'Models of Deepgram, which listen and speak.',
  baseUrl: BASE_URL,
  path: '/v1',
  credentials: key => ({ authorization: `Token ${key}` }),
  offers: ['speech', 'transcription'],
  async load({ baseUrl, fetch }) {
    const { createDeepgram } = await import('@ai-sdk/deepgram')
    const deepgram = createDeepgram({
      apiKey: KEY_IN_FETCH,
      fetch: withAddress(fetch, { known: BASE_URL, baseUrl }),
    })
    return {
      speechModel: id => deepgram.speech(id),
      transcriptionModel: id => deepgram.transcription(id),
    }
  },
  async models({ provider, baseUrl, get }) {
    const json = await get(`${baseUrl}/models`)
    return ['stt', 'tts'].flatMap(list => readModels(provider, json, { list, read }))
  },
})
