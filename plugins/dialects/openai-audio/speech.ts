import type { SpeechModelV4 } from '@ai-sdk/provider'
import { refuse } from '../../../src/errors.ts'
import type { Errand, Translated } from '../../../src/translation.ts'

const known = new Set('model input voice instructions response_format speed'.split(' '))

/** What the formats are on the wire; `pcm` is raw samples without a header. */
const types: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
}

export async function speak(
  model: SpeechModelV4,
  { body: { json }, signal, warn }: Errand,
): Promise<Translated> {
  const { input, voice, instructions, speed, response_format: format = 'mp3' } = json
  if (typeof input !== 'string' || input === '')
    refuse('invalid_request', 'Field "input" must be a text that is not empty', { param: 'input' })
  if (typeof format !== 'string' || types[format] === undefined)
    refuse('invalid_request', `Field "response_format" must be one of ${Object.keys(types).join(', ')}`, {
      param: 'response_format',
    })
  if (speed != null && !(typeof speed === 'number' && speed >= 0.25 && speed <= 4))
    refuse('invalid_request', 'Field "speed" must be a number from 0.25 to 4', { param: 'speed' })
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  const { audio, warnings } = await model.doGenerate({
    text: input,
    outputFormat: format,
    abortSignal: signal,
    ...(typeof voice === 'string' && { voice }),
    ...(typeof instructions === 'string' && { instructions }),
    ...(speed != null && { speed }),
  })
  const bytes = typeof audio === 'string' ? Uint8Array.fromBase64(audio) : audio
  return { body: bytes, contentType: types[format]!, warnings }
}
