import type { Usage } from '../../src/types.ts'

/**
 * Prices as the vendors publish them, typed by hand: dollars for a million tokens, as text. Nothing here is read from
 * the price data, and nothing is computed by the code under test.
 *
 * openai, azure: developers.openai.com/api/docs/pricing and the model pages beside it · anthropic:
 * platform.claude.com/docs/en/about-claude/pricing · gemini: ai.google.dev/gemini-api/docs/pricing · vertex:
 * cloud.google.com/vertex-ai/generative-ai/pricing · bedrock: aws.amazon.com/bedrock/pricing · groq: groq.com/pricing ·
 * mistral: mistral.ai/pricing · xai: docs.x.ai/docs/models · cohere: cohere.com/pricing · perplexity:
 * docs.perplexity.ai/getting-started/pricing · moonshot: platform.moonshot.ai/docs/pricing
 */
export interface Row {
  readonly type: string
  readonly model: string
  readonly input: string
  /** Absent: not sold. */
  readonly output?: string
  readonly read?: string
  readonly write?: string
  readonly hour?: string
  readonly reasoning?: string
  readonly audioIn?: string
  readonly audioOut?: string
  readonly imageIn?: string
  /** Prompts above so many tokens, and what all their tokens cost then. */
  readonly long?: { readonly above: number } & Omit<Row, 'type' | 'model' | 'long'>
}

type Prices = Omit<Row, 'type' | 'model'>
const of = (type: string, models: Readonly<Record<string, Prices>>): readonly Row[] =>
  Object.entries(models).map(([model, prices]) => ({ type, model, ...prices }))

export const rows: readonly Row[] = [
  ...of('openai', {
    'gpt-5': { input: '1.25', read: '0.125', output: '10' },
    'gpt-5-mini': { input: '0.25', read: '0.025', output: '2' },
    'gpt-5-nano': { input: '0.05', read: '0.005', output: '0.4' },
    'gpt-4.1': { input: '2', read: '0.5', output: '8' },
    'gpt-4.1-mini': { input: '0.4', read: '0.1', output: '1.6' },
    'gpt-4.1-nano': { input: '0.1', read: '0.025', output: '0.4' },
    'gpt-4o': { input: '2.5', read: '1.25', output: '10' },
    'gpt-4o-2024-11-20': { input: '2.5', read: '1.25', output: '10' },
    'gpt-4o-mini': { input: '0.15', read: '0.075', output: '0.6' },
    'gpt-4-turbo': { input: '10', output: '30' },
    'gpt-3.5-turbo': { input: '0.5', output: '1.5' },
    o1: { input: '15', read: '7.5', output: '60' },
    o3: { input: '2', read: '0.5', output: '8' },
    'o3-mini': { input: '1.1', read: '0.55', output: '4.4' },
    'o4-mini': { input: '1.1', read: '0.275', output: '4.4' },
    'gpt-realtime': {
      input: '4',
      read: '0.4',
      output: '16',
      audioIn: '32',
      audioOut: '64',
      imageIn: '5',
    },
    'gpt-image-1': { input: '5', read: '1.25', imageIn: '10', output: '40' },
    'text-embedding-3-small': { input: '0.02' },
    'text-embedding-3-large': { input: '0.13' },
  }),
  ...of('azure', {
    'gpt-4o': { input: '2.5', read: '1.25', output: '10' },
    'text-embedding-3-small': { input: '0.02' },
  }),
  ...of('anthropic', {
    'claude-opus-4-5': { input: '5', write: '6.25', hour: '10', read: '0.5', output: '25' },
    'claude-opus-4-1': { input: '15', write: '18.75', hour: '30', read: '1.5', output: '75' },
    'claude-sonnet-4-20250514': { input: '3', write: '3.75', hour: '6', read: '0.3', output: '15' },
    'claude-sonnet-4-5': {
      input: '3',
      write: '3.75',
      hour: '6',
      read: '0.3',
      output: '15',
      long: { above: 200_000, input: '6', write: '7.5', hour: '12', read: '0.6', output: '22.5' },
    },
    'claude-3-7-sonnet-20250219': { input: '3', write: '3.75', hour: '6', read: '0.3', output: '15' },
    'claude-haiku-4-5': { input: '1', write: '1.25', hour: '2', read: '0.1', output: '5' },
    'claude-3-5-haiku-20241022': { input: '0.8', write: '1', hour: '1.6', read: '0.08', output: '4' },
    'claude-3-haiku-20240307': { input: '0.25', write: '0.3', hour: '0.5', read: '0.03', output: '1.25' },
  }),
  ...of('gemini', {
    'gemini-2.5-pro': {
      input: '1.25',
      read: '0.125',
      output: '10',
      long: { above: 200_000, input: '2.5', read: '0.25', output: '15' },
    },
    'gemini-2.5-flash': { input: '0.3', read: '0.03', audioIn: '1', output: '2.5' },
    'gemini-2.5-flash-lite': { input: '0.1', read: '0.01', audioIn: '0.3', output: '0.4' },
    'gemini-2.0-flash': { input: '0.1', read: '0.025', audioIn: '0.7', output: '0.4' },
  }),
  ...of('vertex', {
    'gemini-2.5-flash': { input: '0.3', read: '0.03', audioIn: '1', output: '2.5' },
    'claude-opus-4-7': { input: '5', write: '6.25', hour: '10', read: '0.5', output: '25' },
  }),
  ...of('bedrock', {
    'amazon.nova-pro-v1:0': { input: '0.8', read: '0.2', output: '3.2' },
    'amazon.nova-lite-v1:0': { input: '0.06', read: '0.015', output: '0.24' },
    'amazon.nova-micro-v1:0': { input: '0.035', read: '0.00875', output: '0.14' },
  }),
  ...of('groq', {
    'llama-3.3-70b-versatile': { input: '0.59', output: '0.79' },
    'llama-3.1-8b-instant': { input: '0.05', output: '0.08' },
    'openai/gpt-oss-120b': { input: '0.15', read: '0.075', output: '0.6' },
    'openai/gpt-oss-20b': { input: '0.075', read: '0.0375', output: '0.3' },
  }),
  ...of('mistral', {
    'codestral-latest': { input: '0.3', output: '0.9' },
    'pixtral-large-latest': { input: '2', output: '6' },
  }),
  ...of('xai', {
    'grok-4': { input: '3', read: '0.75', output: '15' },
    'grok-3': { input: '3', read: '0.75', output: '15' },
    'grok-3-mini': { input: '0.3', read: '0.075', output: '0.5' },
    'grok-code-fast-1': { input: '0.2', read: '0.02', output: '1.5' },
  }),
  ...of('cohere', {
    'command-a-03-2025': { input: '2.5', output: '10' },
    'command-r-plus-08-2024': { input: '2.5', output: '10' },
    'command-r-08-2024': { input: '0.15', output: '0.6' },
    'command-r7b-12-2024': { input: '0.0375', output: '0.15' },
  }),
  ...of('perplexity', { 'sonar-deep-research': { input: '2', output: '8', reasoning: '3' } }),
  ...of('moonshot', { 'kimi-k2-0905-preview': { input: '0.6', read: '0.15', output: '2.5' } }),
]

const none = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

export const usages = {
  'one token': { ...none, input: 1 },
  'a chat': { ...none, input: 1234, output: 567 },
  'a cached prompt': { ...none, input: 350, cacheRead: 12_288, output: 999 },
  'much thinking': { ...none, input: 4097, output: 17, reasoning: 2048 },
  'a cache written': { ...none, input: 5, cacheRead: 1, cacheWrite: 4735, cacheWriteHour: 1111, output: 255 },
  'sound both ways': { ...none, input: 10, audioInput: 3333, output: 3, audioOutput: 777 },
  'pictures both ways': { ...none, input: 77, imageInput: 1021, output: 1, imageOutput: 4160 },
  'the longest short prompt': { ...none, input: 150_000, cacheRead: 50_000, output: 8191 },
  'a long recording': { ...none, input: 1, audioInput: 150_000, imageInput: 50_000, output: 10 },
  'the shortest long prompt': { ...none, input: 150_001, cacheRead: 50_000, output: 8191 },
} as const satisfies Readonly<Record<string, Usage>>

/** Dollars for a million tokens, as millionths of a dollar. */
function micros(price: string): bigint {
  const [whole = '', decimals = ''] = price.split('.')
  return BigInt(whole + decimals.padEnd(6, '0'))
}

/** Nano-dollars by way of whole numbers, half up; null where something was used that is not sold. */
export function expected(row: Row, usage: Usage, isBatch = false): number | null {
  const prompt =
    usage.input +
    usage.cacheRead +
    usage.cacheWrite +
    (usage.cacheWriteHour ?? 0) +
    (usage.audioInput ?? 0) +
    (usage.imageInput ?? 0)
  const price: Prices = row.long !== undefined && prompt > row.long.above ? row.long : row
  const billed: readonly (readonly [number | undefined, string | undefined, boolean?])[] = [
    [usage.input, price.input],
    [usage.cacheRead, price.read ?? price.input, row.model.startsWith('gemini')],
    [usage.cacheWrite, price.write ?? price.input],
    [usage.cacheWriteHour, price.hour ?? price.write ?? price.input],
    [usage.audioInput, price.audioIn ?? price.input],
    [usage.imageInput, price.imageIn ?? price.input],
    [usage.output, price.output],
    [usage.reasoning, price.reasoning ?? price.output],
    [usage.audioOutput, price.audioOut ?? price.output],
    [usage.imageOutput, price.output],
  ]
  let sum = 0n
  for (const [tokens = 0, dollars, keepsPrice = false] of billed) {
    if (tokens === 0) continue
    if (dollars === undefined) return null
    sum += BigInt(tokens) * micros(dollars) * (isBatch && !keepsPrice ? 1n : 2n)
  }
  return Number((sum + 1000n) / 2000n)
}
