import type { Destination, Errand } from '../../src/contract/translation.ts'
import { entryOf, shown, unsupported, wrong } from '../../src/request/border.ts'

/** What a package wants to be told of vectors, in its own words. */
interface Kin {
  /** The lengths of vectors that there are, and the option for them where there is more than one. */
  readonly sizes?: { readonly option?: string; readonly of: readonly number[] }
  /** Cohere's `input_type`, which clients send here too: what a vector is for. */
  readonly purpose?: { readonly option: string; readonly words: Readonly<Record<string, string>> }
}

type Options = Readonly<Record<string, string | number>>

const purposes = ['search_document', 'search_query', 'classification', 'clustering'] as const
const wordsFor = (words: readonly string[]) =>
  Object.fromEntries(purposes.map((purpose, i) => [purpose, words[i]!]))

const cohere: Kin = {
  sizes: { option: 'outputDimension', of: [256, 512, 1024, 1536] },
  purpose: { option: 'inputType', words: wordsFor(purposes) },
}
const nova: Kin = {
  sizes: { option: 'embeddingDimension', of: [256, 384, 1024, 3072] },
  purpose: {
    option: 'embeddingPurpose',
    words: wordsFor(['GENERIC_INDEX', 'TEXT_RETRIEVAL', 'CLASSIFICATION', 'CLUSTERING']),
  },
}
/** It reads `dimensions` where the interface has it. */
const google: Kin = {
  purpose: {
    option: 'taskType',
    words: wordsFor(['RETRIEVAL_DOCUMENT', 'RETRIEVAL_QUERY', 'CLASSIFICATION', 'CLUSTERING']),
  },
}

/** Bedrock has models of several makers, which its package tells apart by their names; what it does not know is Titan. */
const atBedrock: readonly (readonly [name: RegExp, kin: Kin])[] = [
  [/cohere\.embed-/, cohere],
  [/amazon\.nova-.*embed/, nova],
  [/titan-embed-(?:text-v1|g1)/, { sizes: { of: [1536] } }],
]
const titan: Kin = { sizes: { option: 'dimensions', of: [256, 512, 1024] } }

export function kinOf({ options, model }: Destination): Kin {
  if (options === 'bedrock') return atBedrock.find(([name]) => name.test(model))?.[1] ?? titan
  return entryOf({ cohere, google }, options) ?? {}
}

/** The client counts on it: vectors of another length do not fit beside those that it has. */
export function sizeOptions(size: number, { sizes }: Kin): Options {
  if (sizes === undefined) return {}
  if (!sizes.of.includes(size))
    return unsupported('dimensions', `is ${size}: this model makes vectors of ${sizes.of.join(', ')} only`)
  return sizes.option === undefined ? {} : { [sizes.option]: size }
}

export function purposeOptions(given: unknown, { purpose }: Kin, warn: Errand['warn']): Options {
  if (purpose === undefined) {
    warn('"input_type" has no counterpart at this provider')
    return {}
  }
  const word = entryOf(purpose.words, given)
  return word === undefined
    ? wrong('input_type', `is ${shown(given)}: use ${purposes.map(each => `"${each}"`).join(', ')}`)
    : { [purpose.option]: word }
}
