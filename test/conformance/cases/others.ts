import { PIXEL } from '../../mock/images.ts'
import { both, type Case } from '../case.ts'
import { ASK, UNICODE } from './shared.ts'

const picture = { $file: { name: 'pixel.png', type: 'image/png', base64: PIXEL } }
const sound = { $file: { name: 'hello.mp3', type: 'audio/mpeg', base64: btoa('ID3 not really a sound') } }
const one = (id: string, call: string, params: Case['params']): Case => ({
  id,
  language: 'chat',
  call,
  params,
})

/** The smaller APIs of OpenAI. */
export const otherCases: readonly Case[] = [
  one('embeddings/text', 'embeddings.create', { input: ASK }),
  one('embeddings/texts', 'embeddings.create', { input: [ASK, UNICODE, 'three'], dimensions: 8 }),
  one('embeddings/floats', 'embeddings.create', { input: ASK, encoding_format: 'float' }),
  one('embeddings/base64', 'embeddings.create', { input: ASK, encoding_format: 'base64' }),
  ...both({
    ...one('completions/text', 'completions.create', { prompt: ASK, max_tokens: 50 }),
    plan: { text: 'And on it goes.' },
  }),
  ...both({
    ...one('completions/usage', 'completions.create', { prompt: ASK, max_tokens: 50 }),
    streamed: { stream_options: { include_usage: true } },
    plan: { text: 'Counted.' },
  }),
  one('images/one', 'images.generate', { prompt: ASK }),
  one('images/two', 'images.generate', { prompt: ASK, n: 2, size: '1024x1024' }),
  one('images/edit', 'images.edit', { prompt: ASK, image: picture }),
  one('speech/mp3', 'audio.speech.create', { input: ASK, voice: 'alloy' }),
  one('speech/wav', 'audio.speech.create', { input: ASK, voice: 'nova', response_format: 'wav' }),
  one('transcriptions/json', 'audio.transcriptions.create', { file: sound, prompt: ASK }),
  one('transcriptions/text', 'audio.transcriptions.create', {
    file: sound,
    prompt: ASK,
    response_format: 'text',
  }),
  one('transcriptions/verbose', 'audio.transcriptions.create', {
    file: sound,
    prompt: ASK,
    response_format: 'verbose_json',
  }),
  one('translations/json', 'audio.translations.create', { file: sound, prompt: ASK }),
  one('moderations/text', 'moderations.create', { input: `A bomb. ${ASK}` }),
  one('moderations/texts', 'moderations.create', { input: [ASK, 'A bomb.'] }),
]
