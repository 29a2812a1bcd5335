import type { Endings } from '../../src/contract/provider.ts'
import type { Thinking } from '../../src/contract/thinking.ts'
import { type Sampling, SEEDS_OF_32_BITS } from '../../src/translate/sampling.ts'
import type { ToolNames } from '../../src/translate/tool-names.ts'

/**
 * How Gemini thinks, at whatever address of Google: 2.5 is told how many tokens it may think
 * (https://ai.google.dev/gemini-api/docs/thinking), later ones are told a level. Those before do not think.
 */
export function gemini(model: string): Thinking | undefined {
  if (/^gemini-(?:1|2\.0)/.test(model)) return { thinks: false }
  const range = ranges.find(([name]) => name.test(model))
  if (range === undefined) return undefined
  const [, least, most] = range
  return { budget: { least, most, toOptions: thinkingBudget => ({ thinkingConfig: { thinkingBudget } }) } }
}

const ranges: readonly (readonly [name: RegExp, least: number, most: number])[] = [
  [/^gemini-2\.5-pro/, 128, 32_768],
  [/^gemini-2\.5-flash-lite/, 512, 24_576],
  [/^gemini-2\.5-flash(?!-image)/, 1, 24_576],
]

/** "Must start with a letter or an underscore … with a maximum length of 64." */
export const geminiNames: ToolNames = { fits: /^[a-zA-Z_][\w.:-]{0,63}$/, longest: 64 }

/** https://ai.google.dev/api/generate-content#generationconfig */
export const geminiSampling: Sampling = { stops: 5, seeds: SEEDS_OF_32_BITS }

/**
 * Why an answer ended, in words that the package does not know (https://ai.google.dev/api/generate-content#FinishReason): calls
 * of tools that nobody can run are no answers, and the next try may make better ones.
 */
export const geminiEndings: Endings = {
  UNEXPECTED_TOOL_CALL: 'error',
  TOO_MANY_TOOL_CALLS: 'error',
  MISSING_THOUGHT_SIGNATURE: 'error',
  MALFORMED_RESPONSE: 'error',
  NO_IMAGE: 'error',
  IMAGE_OTHER: 'error',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
}
