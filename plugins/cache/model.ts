import type { Bytes } from '../../src/base/bytes.ts'
import type { Usage, UserPath } from '../../src/types.ts'
import type { Vector } from './similar/neighbours.ts'

/** Who gets each other's answers: callers of one user path, of one key, or all. */
export const sharings = ['user_path', 'key', 'all'] as const
export type Sharing = (typeof sharings)[number]

/** What a question means, among all those of calls that are the same otherwise. */
export interface Meaning {
  readonly group: string
  readonly vector: Vector
}

/** A stored answer. */
export interface Entry {
  readonly kind: 'whole' | 'stream'
  /** As it first came, before any tap. */
  readonly body: Bytes
  readonly contentType: string
  readonly finish: string | undefined
  /** Who gave it. */
  readonly provider: string
  readonly model: string
  /** The redirects that led to it, of all calls that got it. */
  readonly redirects: Set<string>
  /** Whose call it was. */
  readonly userPath: UserPath
  /** What it took. */
  readonly usage: Usage | undefined
  readonly warnings: readonly string[]
  /** When it was complete (milliseconds since 1970). */
  readonly at: number
  /** What was asked; known only where questions that mean the same get its answer, too. */
  readonly meaning?: Meaning | undefined
}

export interface Figures {
  readonly entries: number
  readonly bytes: number
  /** Since the start, across reloads of the configuration. */
  readonly hits: number
  /** Hits that waited for the answer to an equal call. */
  readonly joined: number
  /** Hits that got the answer to a question that means the same. */
  readonly similar: number
  /** Questions of which nobody could say in time what they mean. */
  readonly unclear: number
  readonly misses: number
  /** Answers that had to go before their time, because others wanted their room. */
  readonly evictions: number
}

export interface ModelFigures extends Omit<Figures, 'evictions' | 'unclear'> {
  /** `provider/id`. */
  readonly model: string
}

export const mostHits = (a: ModelFigures, b: ModelFigures): number =>
  b.hits - a.hits || (a.model < b.model ? -1 : 1)

/** How a cache stands. */
export interface Standing {
  readonly figures: Figures
  /** Those with the most hits first. */
  readonly models: readonly ModelFigures[]
}

/** The caches of all workers as one. */
export interface Everywhere {
  /** `caches`: so many there are, each with the same room. */
  look(): Promise<Standing & { readonly caches: number }>
  /** How many answers were thrown away. */
  purge(what: Purge): Promise<number>
}

/** What is thrown away; everything where nothing is named. */
export interface Purge {
  /** A selector, or a redirect that led there. */
  readonly model?: string | undefined
  /** This path and all below it. */
  readonly userPath?: UserPath | undefined
}

/** The cache of this process. */
export interface Book {
  figures(): Figures
  /** Those with the most hits first. */
  byModel(): readonly ModelFigures[]
  /** How many answers were thrown away. */
  purge(what: Purge): number
}

export interface SimilarSettings {
  /** Selectors and names of redirects. */
  readonly models: readonly string[]
  /** Who says what a question means: a name of this gateway. */
  readonly embeddings: string
  /** How alike they have to be: a cosine. */
  readonly least: number
}

/** What the plugin `cache` offers to others. */
export interface Cache extends Pick<Book, 'figures'> {
  readonly settings: {
    /** Selectors and names of redirects; none: the cache is off. */
    readonly models: readonly string[]
    /** Milliseconds. */
    readonly ttl: number
    /** Bytes. */
    readonly size: number
    /** How long a call waits for the answer to an equal one (milliseconds); 0: not at all. */
    readonly wait: number
    readonly sharedBy: Sharing
    /** Where questions that mean the same get each other's answers; absent where they do nowhere. */
    readonly similar?: SimilarSettings | undefined
  }
  readonly everywhere: Everywhere
}
