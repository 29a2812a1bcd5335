import type { TranscriptionModelV4, TranscriptionModelV4Result } from '@ai-sdk/provider'
import { countOf, objectOf, usageOf } from '../../../src/contract/loose-json.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { Refusal, refuse } from '../../../src/errors.ts'
import { mediaTypeOf } from '../../../src/translate/media-type.ts'
import type { Usage } from '../../../src/types.ts'
import { type Kin, kinOf } from './kin.ts'
import { isByWord, joined, type Segment } from './segments.ts'

const known = new Set(
  'model file response_format stream language timestamp_granularities timestamp_granularities[]'.split(' '),
)
/** Official clients say lists with brackets, others without. */
const granularities = ['timestamp_granularities[]', 'timestamp_granularities']
const formats = ['json', 'verbose_json', 'text', 'srt', 'vtt'] as const
type Format = (typeof formats)[number]
/** They are nothing without times. */
const timed: ReadonlySet<Format> = new Set(['verbose_json', 'srt', 'vtt'])

export async function transcribe(model: TranscriptionModelV4, errand: Errand): Promise<Translated> {
  const { body, destination, signal, heard, warn } = errand
  const form = body.form!
  const { json } = body
  const file = form.get('file')
  if (!(file instanceof Blob))
    refuse('invalid_request', 'Field "file" must hold the audio', { param: 'file' })
  const format = formats.find(known => known === (json.response_format ?? 'json'))
  if (format === undefined)
    refuse('unsupported_parameter', `Field "response_format" must be one of ${formats.join(', ')}`, {
      param: 'response_format',
    })
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  const own = optionsFor(kinOf(destination), { format, language: json.language, warn })
  const audio = new Uint8Array(await file.arrayBuffer())
  const result = await heard(
    model.doGenerate({
      audio,
      mediaType: soundOf(file, audio),
      abortSignal: signal,
      ...(Object.keys(own).length > 0 && { providerOptions: { [destination.options]: own } }),
    }),
  )
  const usage = usageIn(result)
  const wantsWords = granularities.some(field => form.getAll(field).includes('word'))
  const made = render(result, { format, wantsWords, usage, warn })
  return { ...made, warnings: result.warnings, ...(usage && { usage }) }
}

interface Asked extends Pick<Errand, 'warn'> {
  readonly format: Format
}

function optionsFor(
  { language: toLanguage, times }: Kin,
  { format, language, warn }: Asked & { readonly language: unknown },
) {
  const code = typeof language === 'string' && language !== '' ? language : undefined
  if (code !== undefined && toLanguage === undefined) warn('"language" has no counterpart at this provider')
  return {
    ...(code !== undefined && toLanguage?.(code)),
    ...(timed.has(format) && times),
  }
}

/** Clients that read a file say no type, or one that says nothing. */
function soundOf({ type }: Blob, bytes: Uint8Array): string {
  const found = mediaTypeOf(type, bytes) ?? type
  return /^(?:audio|video)\//.test(found) ? found : 'audio/mpeg'
}

const encode = (body: string, contentType: string) => ({ body: new TextEncoder().encode(body), contentType })

function render(
  result: TranscriptionModelV4Result,
  {
    format,
    wantsWords,
    usage,
    warn,
  }: Asked & { readonly wantsWords: boolean; readonly usage: Usage | undefined },
): Translated {
  const { text } = result
  if (format === 'text') return encode(`${text}\n`, 'text/plain; charset=utf-8')
  if (format === 'json') return { body: { text } }
  const { segments, words } = timesOf(result)
  if (format === 'verbose_json') {
    if (wantsWords && words === undefined)
      warn('"timestamp_granularities": this provider does not tell when each word is said')
    return { body: verbose(result, segments, wantsWords ? words : undefined) }
  }
  if (segments.length === 0 && text.trim() !== '')
    throw new Refusal(
      'unsupported_parameter',
      `"response_format" is ${format}: this provider does not tell when something is said`,
      { param: 'response_format', usage },
    )
  if (format === 'srt') return encode(segments.map(toCue(',')).join(''), 'text/plain; charset=utf-8')
  return encode(`WEBVTT\n\n${segments.map(toCue('.')).join('')}`, 'text/vtt; charset=utf-8')
}

interface Times {
  readonly segments: readonly Segment[]
  readonly words?: readonly Segment[] | undefined
}

/** What is said when. Of a text whose length is all that is known, all of it is one segment. */
function timesOf({ text, segments, words, durationInSeconds }: TranscriptionModelV4Result): Times {
  if (segments.length === 0 && text !== '' && durationInSeconds !== undefined)
    return { segments: [{ text, startSecond: 0, endSecond: durationInSeconds }], words }
  return words === undefined && isByWord(segments)
    ? { segments: joined(segments), words: segments }
    : { segments, words }
}

const verbose = (
  { text, language, durationInSeconds }: TranscriptionModelV4Result,
  segments: Times['segments'],
  words: Times['words'],
) => ({
  task: 'transcribe',
  text,
  ...(language !== undefined && { language }),
  ...(durationInSeconds !== undefined && { duration: durationInSeconds }),
  segments: segments.map(({ text, startSecond, endSecond }, id) => ({
    id,
    start: startSecond,
    end: endSecond,
    text,
  })),
  ...(words && {
    words: words.map(({ text, startSecond, endSecond }) => ({
      word: text,
      start: startSecond,
      end: endSecond,
    })),
  }),
})

/** As Google tells it: the one that tells any. What it was given is the sound. */
function usageIn({ usage }: TranscriptionModelV4Result): Usage | undefined {
  const { total_input_tokens: input, total_output_tokens: output } = objectOf(usage)
  return input === undefined && output === undefined
    ? undefined
    : usageOf({ audioInput: countOf(input), output: countOf(output) })
}

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
