import type { SpeechModelV4, SpeechModelV4Result } from '@ai-sdk/provider'
import { countOf, isObject, objectOf, usageOf } from '../../../src/contract/loose-json.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { Refusal, refuse } from '../../../src/errors.ts'
import { mediaTypeOf } from '../../../src/translate/media-type.ts'
import type { Usage } from '../../../src/types.ts'

const known = new Set('model input voice instructions response_format speed stream_format'.split(' '))

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
  { body: { json }, signal, heard, warn }: Errand,
): Promise<Translated> {
  const { input, instructions, speed, response_format: format = 'mp3' } = json
  if (typeof input !== 'string' || input === '')
    refuse('invalid_request', 'Field "input" must be a text that is not empty', { param: 'input' })
  if (typeof format !== 'string' || !Object.hasOwn(types, format))
    refuse('invalid_request', `Field "response_format" must be one of ${Object.keys(types).join(', ')}`, {
      param: 'response_format',
    })
  if (speed != null && !(typeof speed === 'number' && speed >= 0.25 && speed <= 4))
    refuse('invalid_request', 'Field "speed" must be a number from 0.25 to 4', { param: 'speed' })
  const voice = voiceOf(json.voice)
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  const result = await heard(
    model.doGenerate({
      text: input,
      outputFormat: format,
      abortSignal: signal,
      ...(voice !== undefined && { voice }),
      ...(typeof instructions === 'string' && { instructions }),
      ...(speed != null && { speed }),
    }),
  )
  const { audio, warnings } = result
  const bytes = typeof audio === 'string' ? Uint8Array.fromBase64(audio) : audio
  const usage = usageIn(result)
  if (bytes.length === 0)
    throw new Refusal('upstream_invalid', 'The provider answered without a sound', { usage })
  return { body: bytes, contentType: typeOf(bytes, format), warnings, ...(usage && { usage }) }
}

/** A name, or, of voices that customers have made, an id. */
function voiceOf(voice: unknown): string | undefined {
  const name = isObject(voice) ? voice.id : voice
  if (name == null || typeof name === 'string') return name ?? undefined
  return refuse('invalid_request', 'Field "voice" must be a name or { "id": … }', { param: 'voice' })
}

/** Vendors that have not the format that was asked for answer in another one: players go by what they are told. */
function typeOf(bytes: Uint8Array, format: string): string {
  const found = mediaTypeOf(null, bytes) ?? ''
  // Raw samples may begin like anything; only a header is no accident.
  const isFound = found.startsWith('audio/') && (format !== 'pcm' || found === 'audio/wav')
  return isFound ? found : types[format]!
}

/** As Google tells it: the one that tells any. */
function usageIn({ usage }: SpeechModelV4Result): Usage | undefined {
  const { promptTokenCount, candidatesTokenCount } = objectOf(usage)
  if (promptTokenCount === undefined && candidatesTokenCount === undefined) return undefined
  return usageOf({ input: countOf(promptTokenCount), audioOutput: countOf(candidatesTokenCount) })
}
