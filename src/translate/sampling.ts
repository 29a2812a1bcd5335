import type { LanguageModelV4, LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider'
import { withLayer } from './layer.ts'

type Options = LanguageModelV4CallOptions
type Steering = 'temperature' | 'topP' | 'topK' | 'frequencyPenalty' | 'presencePenalty'
type Range = readonly [least: number, most: number]

/** What a vendor takes of that which steers an answer, where other vendors, and so their clients, know more. */
export interface Sampling {
  /** What is beyond is moved to the border. */
  readonly ranges?: Readonly<Partial<Record<Steering, Range>>>
  /** It refuses the one beside the other: the second stays away. */
  readonly either?: readonly [Steering, Steering]
  /** At most so many sequences that end an answer. */
  readonly stops?: number
  /** It refuses a sequence of nothing but white space. */
  readonly refusesBlankStops?: true
  /** A seed is but a name for a run: another one becomes the same one of these each time. */
  readonly seeds?: Range
}

/** Seeds where they are whole numbers of 32 bits, with a sign. */
export const SEEDS_OF_32_BITS: Range = [-(2 ** 31), 2 ** 31 - 1]

/** The same model for whatever clients send; what has to be other than they sent it, they are told. */
export const withSampling = (model: LanguageModelV4, sampling: Sampling): LanguageModelV4 =>
  withLayer(model, given => {
    const warnings: SharedV4Warning[] = []
    const warn = (message: string) => void warnings.push({ type: 'other', message })
    let options = apart(given, sampling, warn)
    for (const [name, range] of Object.entries(sampling.ranges ?? {}))
      options = within(options, name as Steering, { range, warn })
    options = withStops(options, sampling, warn)
    return { options: withSeed(options, sampling.seeds), warnings }
  })

type Warn = (message: string) => void

/** As clients of nearly every language call it. */
const fieldOf = (name: Steering): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

function apart(options: Options, { either }: Sampling, warn: Warn): Options {
  if (either === undefined) return options
  const [first, second] = either
  // A penalty of nothing is none.
  const isSaid = (value: number | undefined): boolean =>
    value !== undefined && (value !== 0 || first === 'temperature')
  if (!isSaid(options[first]) || !isSaid(options[second])) return options
  warn(`${fieldOf(second)}: this model does not take it beside ${fieldOf(first)}, and does without`)
  const { [second]: _, ...rest } = options
  return rest
}

function within(
  options: Options,
  name: Steering,
  { range: [least, most], warn }: { readonly range: Range; readonly warn: Warn },
): Options {
  const value = options[name]
  if (value === undefined || (value >= least && value <= most)) return options
  const near = Math.min(most, Math.max(least, value))
  warn(`${fieldOf(name)}: this model takes ${least} to ${most}, and was given ${near}`)
  return { ...options, [name]: near }
}

function withStops(options: Options, { stops: most, refusesBlankStops }: Sampling, warn: Warn): Options {
  const given = options.stopSequences ?? []
  // One of nothing stops nowhere.
  const said = given.filter(stop => stop !== '')
  const fit = refusesBlankStops ? said.filter(stop => stop.trim() !== '') : said
  const kept = most === undefined ? fit : fit.slice(0, most)
  if (kept.length === given.length) return options
  if (fit.length < said.length)
    warn('stop_sequences: this model takes none of white space alone, and does not stop there')
  if (kept.length < fit.length)
    warn(
      most === 0
        ? 'stop_sequences: this model takes none, and does not stop there'
        : `stop_sequences: this model takes ${most} at most, and was given the first of them`,
    )
  const { stopSequences: _, ...rest } = options
  return kept.length === 0 ? rest : { ...rest, stopSequences: kept }
}

function withSeed(options: Options, seeds: Range | undefined): Options {
  const { seed } = options
  if (seed === undefined || seeds === undefined) return options
  const [least, most] = seeds
  if (seed >= least && seed <= most) return options
  const span = most - Math.max(0, least) + 1
  return { ...options, seed: Math.max(0, least) + (((seed % span) + span) % span) }
}
