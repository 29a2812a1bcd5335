import type { Dialect } from '../../../src/contract/dialect.ts'
import type { Example } from '../../../src/contract/example.ts'
import { countOf, isObject, objectOf, usageOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { smallApi } from '../../../src/contract/small-api.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'
import { speak } from './speech.ts'
import { transcribe } from './transcription.ts'

/** Speech is billed by tokens of audio; what is said by the second tells no tokens. */
function heard({ usage }: JsonObject): Usage | undefined {
  if (!isObject(usage) || usage.type === 'duration') return undefined
  const audioInput = countOf(objectOf(usage.input_token_details).audio_tokens)
  return usageOf({
    input: Math.max(0, countOf(usage.input_tokens) - audioInput),
    audioInput,
    output: countOf(usage.output_tokens),
  })
}

const spoken = ({ usage }: JsonObject): Usage | undefined =>
  isObject(usage)
    ? usageOf({ input: countOf(usage.input_tokens), audioOutput: countOf(usage.output_tokens) })
    : undefined

/** OpenAI's audio: https://platform.openai.com/docs/api-reference/audio */
const openaiSpeech: Dialect = {
  ...smallApi,
  name: 'openai-speech',
  path: '/v1/audio/speech',
  about: 'Speech from a text',
  example: {
    body: { model: 'openai/gpt-4o-mini-tts', input: 'Hello', voice: 'alloy' },
    fields: {
      input: 'What is said',
      voice: 'Whose voice, by its name',
      response_format: '`mp3` (the default), `opus`, `aac`, `flac`, `wav` or `pcm`',
      instructions: 'How it is said',
      stream_format: '`sse`: the sound comes in events',
    },
  },
  gives: 'any',
  isStream: body => body.stream_format === 'sse',
  usage: spoken,
  translation: { kind: 'speech', run: speak },
}

/** For the API document. */
const example = (model: string): Example => ({
  body: { model: `openai/${model}` },
  fields: {
    language: 'What is spoken: `en`',
    prompt: 'Words that help to understand what is said',
    response_format: '`json` (the default), `text`, `srt`, `vtt` or `verbose_json`',
  },
  files: { file: 'A recording' },
  answer: { text: 'Hello' },
})

const shared = { ...smallApi, takes: 'form', gives: 'any', usage: heard } as const

const openaiTranscriptions: Dialect = {
  ...shared,
  name: 'openai-transcriptions',
  path: '/v1/audio/transcriptions',
  about: 'Text from speech',
  example: example('gpt-4o-transcribe'),
  translation: { kind: 'transcription', run: transcribe },
}

/** Nobody else translates into English in one go, so only providers that speak it can serve. */
const openaiTranslations: Dialect = {
  ...shared,
  name: 'openai-translations',
  path: '/v1/audio/translations',
  operation: 'translation',
  about: 'English text from speech in any language',
  example: example('whisper-1'),
}

export default definePlugin({
  name: 'openai-audio',
  about: "Speaks OpenAI's audio: speech, transcriptions and translations.",
  setup: () => ({ dialects: [openaiSpeech, openaiTranscriptions, openaiTranslations] }),
})
