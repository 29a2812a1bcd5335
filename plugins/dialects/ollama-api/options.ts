import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { arrayAt, numberAt, objectAt, textAt } from '../../../src/request/border.ts'
import type { Reading } from './kin.ts'

/** What steers an answer: https://docs.ollama.com/modelfile#valid-parameters-and-values */
const numbers = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
} as const

/** What says nothing: many clients send it with every call, also to models that have no such parameter. */
const neutral: Readonly<Record<string, number>> = {
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  seed: -1,
  repeat_penalty: 1,
  min_p: 0,
  typical_p: 1,
  tfs_z: 1,
  mirostat: 0,
}

/** The options of a call. Those that are for the machine on which a model runs, as most are, have no counterpart elsewhere. */
export function readOptions(given: unknown, { warn }: Reading): Partial<LanguageModelV4CallOptions> {
  if (given == null) return {}
  const options: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(objectAt(given, 'options'))) {
    const at = `options.${name}`
    if (value == null || neutral[name] === value) continue
    if (Object.hasOwn(numbers, name)) options[numbers[name as keyof typeof numbers]] = numberAt(value, at)
    else if (name === 'num_predict') Object.assign(options, limitOf(numberAt(value, at)))
    else if (name === 'stop') Object.assign(options, stopsOf(value, at))
    else warn(`${at.slice(0, 80)}: has no counterpart at this provider, and was left out`)
  }
  return options
}

/** Less than one token means no limit. */
const limitOf = (tokens: number) => (tokens < 1 ? {} : { maxOutputTokens: Math.floor(tokens) })

function stopsOf(value: unknown, at: string): Partial<LanguageModelV4CallOptions> {
  const texts = typeof value === 'string' ? [value] : arrayAt(value, at)
  const stopSequences = texts.map((text, i) => textAt(text, `${at}[${i}]`))
  return stopSequences.length === 0 ? {} : { stopSequences }
}
