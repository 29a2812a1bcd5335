import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { withAddress } from '../../src/vendors/with-address.ts'

const BASE_URL = 'https://api.assemblyai.com'

/**
 * A recording is sent, and asked for until it has been listened to. Accounts whose data stay in the European Union set
 * `ASSEMBLYAI_BASE_URL=https://api.eu.assemblyai.com` (https://www.assemblyai.com/docs/pre-recorded-audio/select-the-region).
 * There is no list of models, only a page: https://www.assemblyai.com/docs/pre-recorded-audio/select-the-speech-model.
 */
export default modelProvider({
  name: 'assemblyai',
  about: 'Models of AssemblyAI, which listen.',
  baseUrl: BASE_URL,
  credentials: key => ({ authorization: key }),
  offers: ['transcription'],
  idsInBody: true,
  models: ['universal-3-5-pro', 'universal-3-pro', 'universal-2'],
  async load({ baseUrl, fetch }) {
    const { createAssemblyAI } = await import('@ai-sdk/assemblyai')
    const assemblyai = createAssemblyAI({
      apiKey: KEY_IN_FETCH,
      fetch: withAddress(fetch, { known: BASE_URL, baseUrl }),
    })
    return { transcriptionModel: id => assemblyai.transcription(id) }
  },
})
