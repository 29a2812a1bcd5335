import type { TranscriptionModelV4, TranscriptionModelV4Result } from '@ai-sdk/provider'
import { refuse } from '../../../src/errors.ts'
import type { Errand, Translated } from '../../../src/translation.ts'

const known = new Set(
  'model file response_format stream timestamp_granularities timestamp_granularities[]'.split(' '),
)
const formats = ['json', 'verbose_json', 'text', 'srt', 'vtt'] as const

export async function transcribe(
  model: TranscriptionModelV4,
  { body: { json, form }, signal, warn }: Errand,
): Promise<Translated> {
  const file = form!.get('file')
  if (!(file instanceof Blob))
    refuse('invalid_request', 'Field "file" must hold the audio', { param: 'file' })
  const format = formats.find(known => known === (json.response_format ?? 'json'))
  if (format === undefined)
    refuse('unsupported_parameter', `Field "response_format" must be one of ${formats.join(', ')}`, {
      param: 'response_format',
    })
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  const result = await model.doGenerate({
    audio: new Uint8Array(await file.arrayBuffer()),
    mediaType: file.type || 'audio/mpeg',
    abortSignal: signal,
  })
  return { ...render(result, format), warnings: result.warnings }
}

function render(result: TranscriptionModelV4Result, format: (typeof formats)[number]): Translated {
  const { text, segments, words, language, durationInSeconds } = result
  const encode = (body: string, contentType: string) => ({
    body: new TextEncoder().encode(body),
    contentType,
  })
  if (format === 'text') return encode(`${text}\n`, 'text/plain; charset=utf-8')
  if (format === 'srt') return encode(segments.map(toCue(',')).join(''), 'text/plain; charset=utf-8')
  if (format === 'vtt')
    return encode(`WEBVTT\n\n${segments.map(toCue('.')).join('')}`, 'text/vtt; charset=utf-8')
  if (format === 'json') return { body: { text } }
  const spans = segments.map(({ text, startSecond, endSecond }, id) => ({
    id,
    start: startSecond,
    end: endSecond,
    text,
  }))
  return {
    body: {
      task: 'transcribe',
      text,
      ...(language !== undefined && { language }),
      ...(durationInSeconds !== undefined && { duration: durationInSeconds }),
      segments: spans,
      ...(words && {
        words: words.map(({ text, startSecond, endSecond }) => ({
          word: text,
          start: startSecond,
          end: endSecond,
        })),
      }),
    },
  }
}

type Segment = TranscriptionModelV4Result['segments'][number]

/** One subtitle; SubRip and WebVTT differ in the sign before the milliseconds. */
const toCue =
  (sign: string) =>
  ({ text, startSecond, endSecond }: Segment, index: number): string =>
    `${index + 1}\n${toClock(startSecond, sign)} --> ${toClock(endSecond, sign)}\n${text.trim()}\n\n`

function toClock(seconds: number, sign: string): string {
  const ms = Math.round(seconds * 1000)
  const pad = (value: number, width = 2) => String(Math.floor(value)).padStart(width, '0')
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1000) % 60)}${sign}${pad(ms % 1000, 3)}`
}
